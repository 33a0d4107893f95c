// openid-client signs a customer in, reads her context, renews its tokens and gives them back.
import * as openid from "openid-client";

import { authenticationBy } from "./credentials.mjs";
import { given, tell, visit } from "./dialogue.mjs";

const config = await openid.discovery(
  new URL(given.issuer),
  given.client_id,
  undefined,
  await authenticationBy(openid, given),
  { execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks] },
);
const options = given.dpop && {
  DPoP: openid.getDPoPHandle(config, await openid.randomDPoPKeyPair("ES256")),
};

const pkceCodeVerifier = openid.randomPKCECodeVerifier();
const expectedState = openid.randomState();
const expectedNonce = openid.randomNonce();
const maxAge = 600;
const asked = {
  redirect_uri: given.redirect_uri,
  scope: given.scope,
  state: expectedState,
  nonce: expectedNonce,
  max_age: maxAge,
  code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: "S256",
};
const callback = await visit(await openid.buildAuthorizationUrlWithPAR(config, asked, options));
const tokens = await openid.authorizationCodeGrant(
  config,
  callback,
  { pkceCodeVerifier, expectedState, expectedNonce, maxAge },
  undefined,
  options,
);
const { sub } = tokens.claims();
const userinfo = await openid.fetchUserInfo(config, tokens.access_token, sub, options);
const context = await read(tokens.access_token);

const renewed = await openid.refreshTokenGrant(config, tokens.refresh_token, undefined, options);
const known = await introspected(renewed.access_token);
await openid.tokenRevocation(config, renewed.refresh_token);

tell({
  id_token: tokens.claims(),
  tokens,
  userinfo,
  context,
  renewed,
  known,
  afterwards: await introspected(renewed.access_token),
  refused: await read(renewed.access_token).catch((error) => error.status),
});

async function read(token) {
  const answer = await openid.fetchProtectedResource(
    config, token, new URL(given.context), "GET", undefined, undefined, options,
  );
  return answer.json();
}

// Introspection is for clients that can authenticate (RFC 7662, section 2.1).
async function introspected(token) {
  return given.introspects ? openid.tokenIntrospection(config, token) : null;
}
