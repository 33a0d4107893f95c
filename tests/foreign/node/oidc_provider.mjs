// node-oidc-provider with its own pages for signing in and consenting, in memory.
//
// One line of JSON comes in: {"client": {…}, "email": "…"}; one goes out: {"issuer": "…"}. It
// serves until its standard input ends.

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import { Provider } from 'oidc-provider';

// The provider's notices go where its warnings go: standard output is for the answer.
console.info = console.error;

function key(type, options, alg) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg };
}

function configuration({ client, email }) {
  return {
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    clients: [client],
    cookies: { keys: [randomUUID()] },
    // Our keys are on loopback, which its guard against such addresses would refuse.
    fetch: (url, { dispatcher: _guard, ...options }) => fetch(url, options),
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email, email_verified: true }),
    }),
    jwks: {
      keys: [
        key('rsa', { modulusLength: 2048 }, 'RS256'),
        key('ec', { namedCurve: 'P-256' }, 'ES256'),
      ],
    },
    pkce: { required: () => true },
    ttl: { Grant: 3600, Interaction: 600, Session: 3600 },
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  const wanted = JSON.parse(line);
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  server.on('request', new Provider(issuer, configuration(wanted)).callback());
  process.stdout.write(`${JSON.stringify({ issuer })}\n`);
}
process.exit();
