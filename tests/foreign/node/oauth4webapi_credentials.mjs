// oauth4webapi gets a token for the client itself, has it told in a signed answer, gives it back.
import * as oauth from "oauth4webapi";

import { authenticationBy } from "./credentials.mjs";
import { given, tell } from "./dialogue.mjs";

const loopback = { [oauth.allowInsecureRequests]: true };
const client = { client_id: given.client_id };
const authentication = await authenticationBy(oauth, given);
const issuer = new URL(given.issuer);
const server = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...loopback }),
);
const DPoP = given.dpop && oauth.DPoP(client, await oauth.generateKeyPair("ES256"));

const tokens = await granted().catch((error) => {
  if (oauth.isDPoPNonceError(error)) return granted();
  throw error;
});
const known = await introspected();
await oauth.processRevocationResponse(
  await oauth.revocationRequest(server, client, authentication, tokens.access_token, loopback),
);
tell({ tokens, known, afterwards: await introspected() });

async function granted() {
  const response = await oauth.clientCredentialsGrantRequest(
    server, client, authentication, { scope: given.scope }, { ...loopback, DPoP },
  );
  return oauth.processClientCredentialsResponse(server, client, response);
}

async function introspected() {
  const response = await oauth.introspectionRequest(
    server, client, authentication, tokens.access_token, { ...loopback, requestJwtResponse: true },
  );
  const body = await oauth.processIntrospectionResponse(server, client, response);
  await oauth.validateApplicationLevelSignature(server, response, loopback);
  return body;
}
