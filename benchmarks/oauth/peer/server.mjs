// node-oidc-provider with the features ours has, in memory.
//
// One line of JSON comes in for each thing to do, one goes out for each thing done:
// {"company": {…}} → {"port": …}; {"seed": 64} → {"refresh": […], "access": […]}.

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import { Provider } from 'oidc-provider';

// The provider's notices go where its warnings go: standard output is for answers.
console.info = console.error;

const ACCOUNT = 'customer';
const RESOURCE_TYPE = 'customer_context';

function configuration({ client_id, client_secret, redirect_uri, scope, lookup_scope }) {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  return {
    clients: [
      {
        client_id,
        client_secret,
        redirect_uris: [redirect_uri],
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
        id_token_signed_response_alg: 'ES256',
        introspection_signed_response_alg: 'ES256',
      },
    ],
    cookies: { keys: [randomUUID()] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: true },
      introspection: { enabled: true },
      jwtIntrospection: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      resourceIndicators: { enabled: true },
      revocation: { enabled: true },
      richAuthorizationRequests: {
        enabled: true,
        types: { [RESOURCE_TYPE]: { validate() {} } },
      },
    },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (_ctx, interaction) => `/consent/${interaction.uid}` },
    jwks: { keys: [{ ...key.export({ format: 'jwk' }), use: 'sig', alg: 'ES256' }] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    routes: {
      authorization: '/oauth/authorize',
      introspection: '/oauth/introspect',
      pushed_authorization_request: '/oauth/par',
      token: '/oauth/token',
    },
    scopes: ['openid', 'offline_access', lookup_scope, ...scope.split(' ')],
    ttl: {
      AccessToken: 600,
      ClientCredentials: 600,
      Grant: 30 * 86_400,
      Interaction: 600,
      RefreshToken: 30 * 86_400,
      Session: 86_400,
    },
  };
}

async function serve(company) {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, configuration(company));
  provider.use(async (ctx, next) => {
    if (ctx.path === '/health/live') ctx.body = { status: 'live' };
    else await next();
  });
  server.on('request', provider.callback());
  return { port, provider };
}

async function seed(provider, { client_id, scope }, count) {
  const client = await provider.Client.find(client_id);
  const tokens = { refresh: [], access: [] };
  for (let number = 0; number < count; number += 1) {
    const grant = new provider.Grant({ accountId: ACCOUNT, clientId: client_id });
    grant.addOIDCScope(scope);
    const given = {
      accountId: ACCOUNT,
      client,
      grantId: await grant.save(),
      gty: 'authorization_code',
      scope,
    };
    tokens.refresh.push(await new provider.RefreshToken(given).save());
    tokens.access.push(await new provider.AccessToken(given).save());
  }
  return tokens;
}

let provider;
let company;
for await (const line of createInterface({ input: process.stdin })) {
  const wanted = JSON.parse(line);
  let answer;
  if (wanted.company) {
    company = wanted.company;
    const served = await serve(company);
    provider = served.provider;
    answer = { port: served.port };
  } else {
    answer = await seed(provider, company, wanted.seed);
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit();
