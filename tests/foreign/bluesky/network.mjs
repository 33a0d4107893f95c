// A whole Bluesky on loopback: the directory of identities, an app view and a personal data server,
// all of them the software that runs there. It is told what to do line by line, and answers so.
import dns from 'node:dns'
import { createInterface } from 'node:readline'
import { AtpAgent } from '@atproto/api'
import { TestBsky, TestPds, TestPlc, mockNetworkUtilities } from '@atproto/dev-env'

const given = JSON.parse(process.argv[2])

// The client's name is one that everybody could look up; here it leads to this machine.
const look = dns.lookup
dns.lookup = (name, options, done) =>
  look(name === given.client ? '127.0.0.1' : name, options, done)

const plc = await TestPlc.create({})
const pdsPort = given.port
const appView = await TestBsky.create({
  plcUrl: plc.url,
  pdsPort,
  repoProvider: `ws://localhost:${pdsPort}`,
  dbPostgresUrl: given.database,
  dbPostgresSchema: 'appview',
})
const pds = await TestPds.create({
  port: pdsPort,
  didPlcUrl: plc.url,
  bskyAppViewUrl: appView.url,
  bskyAppViewDid: appView.ctx.cfg.serverDid,
})
mockNetworkUtilities(pds, appView)

const people = new Map()

async function settled() {
  await pds.processAll()
  const last = await pds.ctx.sequencer.curr()
  for (;;) {
    await appView.sub.processAll()
    if (!last || (await appView.sub.runner.getCursor()) >= last) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const told = {
  async join({ handle, password }) {
    const agent = new AtpAgent({ service: pds.url })
    await agent.createAccount({ handle, password, email: `${handle}@example.com` })
    people.set(handle, agent)
    return { did: agent.session.did }
  },
  async describe({ handle, profile }) {
    const agent = people.get(handle)
    await agent.com.atproto.repo.putRecord({
      repo: agent.session.did,
      collection: 'app.bsky.actor.profile',
      rkey: 'self',
      record: { $type: 'app.bsky.actor.profile', ...profile },
    })
  },
  follow: ({ handle, whom }) => people.get(handle).follow(people.get(whom).session.did),
  post: ({ handle, ...record }) =>
    people.get(handle).post({ createdAt: new Date().toISOString(), ...record }),
  repost: ({ handle, uri, cid }) => people.get(handle).repost(uri, cid),
  settle: settled,
  // What a restart of the server would do to every nonce that it ever gave.
  forgetNonces() {
    const proofs = pds.ctx.oauthProvider.dpopManager
    proofs.dpopNonce = new proofs.dpopNonce.constructor()
  },
  async sessions({ did }) {
    return (await pds.ctx.accountManager.db.db.selectFrom('token').selectAll().execute())
      .filter((token) => token.did === did)
      .map((token) => ({ client: token.clientId, scope: token.scope, parameters: token.parameters }))
  },
  async close() {
    await appView.close()
    await pds.close()
    await plc.close()
  },
}

function say(value) {
  process.stdout.write(`${JSON.stringify({ network: value })}\n`)
}

say({ pds: pds.url, plc: plc.url })
for await (const line of createInterface({ input: process.stdin })) {
  const { tell, ...rest } = JSON.parse(line)
  try {
    say({ done: (await told[tell](rest)) ?? null })
  } catch (error) {
    say({ failed: `${error.stack}` })
  }
  if (tell === 'close') break
}
process.exit(0)
