// openid-client gets a token for the client itself, looks at it, and gives it back.
import * as openid from "openid-client";

import { authenticationBy } from "./credentials.mjs";
import { given, tell } from "./dialogue.mjs";

const config = await openid.discovery(
  new URL(given.issuer),
  given.client_id,
  undefined,
  await authenticationBy(openid, given),
  { execute: [openid.allowInsecureRequests] },
);
const options = given.dpop && {
  DPoP: openid.getDPoPHandle(config, await openid.randomDPoPKeyPair("ES256")),
};
const tokens = await openid.clientCredentialsGrant(config, { scope: given.scope }, options);
const known = await openid.tokenIntrospection(config, tokens.access_token);
await openid.tokenRevocation(config, tokens.access_token);
const afterwards = await openid.tokenIntrospection(config, tokens.access_token);
tell({ tokens, known, afterwards });
