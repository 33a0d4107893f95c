// oauth4webapi, step by step: finds the server from the resource, asks for what a rich request
// names, reads it, has its token told in a signed answer, renews it and gives it back.
import * as oauth from "oauth4webapi";

import { authenticationBy } from "./credentials.mjs";
import { given, tell, visit } from "./dialogue.mjs";

const loopback = { [oauth.allowInsecureRequests]: true };
const client = { client_id: given.client_id };
const authentication = await authenticationBy(oauth, given);
const DPoP = given.dpop && oauth.DPoP(client, await oauth.generateKeyPair("ES256"));
const options = { ...loopback, DPoP };
let noncesAskedFor = 0;

const resource = await discovered(
  given.resource,
  oauth.resourceDiscoveryRequest,
  oauth.processResourceDiscoveryResponse,
);
const server = await discovered(
  resource.authorization_servers[0],
  oauth.discoveryRequest,
  oauth.processDiscoveryResponse,
);

const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const nonce = oauth.generateRandomNonce();
const asked = {
  client_id: given.client_id,
  response_type: "code",
  redirect_uri: given.redirect_uri,
  scope: given.scope,
  authorization_details: JSON.stringify(given.authorization_details),
  state,
  nonce,
  max_age: "600",
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
};
const pushed = await answered(
  () => oauth.pushedAuthorizationRequest(server, client, authentication, asked, options),
  (response) => oauth.processPushedAuthorizationResponse(server, client, response),
);
const address = new URL(server.authorization_endpoint);
address.searchParams.set("client_id", given.client_id);
address.searchParams.set("request_uri", pushed.request_uri);
const callback = await visit(address);

const parameters = oauth.validateAuthResponse(server, client, callback, state);
const tokens = await answered(
  () => oauth.authorizationCodeGrantRequest(
    server, client, authentication, parameters, given.redirect_uri, verifier, options,
  ),
  async (response) => {
    const body = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: nonce,
      maxAge: 600,
      requireIdToken: true,
    });
    await oauth.validateApplicationLevelSignature(server, response, loopback);
    return body;
  },
);
const claims = oauth.getValidatedIdTokenClaims(tokens);
const userinfo = await answered(
  () => oauth.userInfoRequest(server, client, tokens.access_token, options),
  (response) => oauth.processUserInfoResponse(server, client, claims.sub, response),
);
const context = await read(tokens.access_token);

const renewed = await answered(
  () => oauth.refreshTokenGrantRequest(
    server, client, authentication, tokens.refresh_token, options,
  ),
  (response) => oauth.processRefreshTokenResponse(server, client, response),
);
const known = await introspected(renewed.access_token);
await oauth.processRevocationResponse(
  await oauth.revocationRequest(server, client, authentication, renewed.refresh_token, loopback),
);

tell({
  resource,
  server,
  returned_iss: callback.searchParams.get("iss"),
  expires_in: pushed.expires_in,
  id_token: claims,
  tokens,
  userinfo,
  context,
  renewed,
  known,
  afterwards: await introspected(renewed.access_token),
  refused: await read(renewed.access_token).catch((error) => error.status),
  nonces_asked_for: noncesAskedFor,
});

async function discovered(address, request, process) {
  const identifier = new URL(address);
  return process(identifier, await request(identifier, { algorithm: "oauth2", ...loopback }));
}

// A server may ask for a nonce of its own in the next proof (RFC 9449, section 8).
async function answered(send, process) {
  try {
    return await process(await send());
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    noncesAskedFor += 1;
    return process(await send());
  }
}

async function read(token) {
  const send = () => oauth.protectedResourceRequest(
    token, "GET", new URL(given.context), undefined, undefined, options,
  );
  return answered(send, (response) => response.json());
}

// Signed, as RFC 9701 has it.
async function introspected(token) {
  if (!given.introspects) return null;
  const response = await oauth.introspectionRequest(
    server, client, authentication, token, { ...loopback, requestJwtResponse: true },
  );
  const body = await oauth.processIntrospectionResponse(server, client, response);
  await oauth.validateApplicationLevelSignature(server, response, loopback);
  return body;
}
