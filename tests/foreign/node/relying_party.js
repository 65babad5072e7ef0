// A relying party made with openid-client. Arguments: issuer, client id, client authentication, secret or key file.
// Prints its URL when it listens; /login starts a login, the callback answers with what was learnt, as JSON.
import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import * as client from 'openid-client'

const [issuer, clientId, authentication, credential] = process.argv.slice(2)

const authenticate = {
  client_secret_basic: () => client.ClientSecretBasic(credential),
  client_secret_post: () => client.ClientSecretPost(credential),
  none: () => client.None(),
  private_key_jwt: async () => {
    const der = createPrivateKey(readFileSync(credential)).export({ type: 'pkcs8', format: 'der' })
    const key = await crypto.subtle.importKey('pkcs8', der, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['sign'])
    return client.PrivateKeyJwt({ key, kid: 'sentry-jwt-1' })
  },
}[authentication]

const config = await client.discovery(new URL(issuer), clientId, undefined, await authenticate(), {
  execute: [client.allowInsecureRequests],
})
// The strictest settings there are: the signature of every ID token is verified, also in the code flow.
client.enableNonRepudiationChecks(config)

const pending = new Map()
const server = http.createServer(async (request, response) => {
  const here = new URL(request.url, base)
  try {
    if (here.pathname === '/login') {
      const verifier = client.randomPKCECodeVerifier()
      const state = client.randomState()
      const nonce = client.randomNonce()
      pending.set(state, { verifier, nonce })
      const target = client.buildAuthorizationUrl(config, {
        redirect_uri: `${base}/callback`,
        scope: 'openid profile email offline_access',
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      })
      response.writeHead(302, { location: target.href }).end()
    } else if (here.pathname === '/callback') {
      const { verifier, nonce } = pending.get(here.searchParams.get('state'))
      const tokens = await client.authorizationCodeGrant(config, here, {
        pkceCodeVerifier: verifier,
        expectedState: here.searchParams.get('state'),
        expectedNonce: nonce,
        idTokenExpected: true,
      })
      const claims = tokens.claims()
      const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
      const learnt = { claims, userinfo }
      if (tokens.refresh_token) {
        const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token)
        learnt.refreshed = refreshed.claims()?.sub ?? null
      }
      if (authentication !== 'none') {
        learnt.introspected = (await client.tokenIntrospection(config, tokens.access_token)).active
      }
      await client.tokenRevocation(config, tokens.access_token)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(learnt))
    } else {
      response.writeHead(404).end()
    }
  } catch (error) {
    const detail = { error: error.code ?? error.name, message: error.message, cause: String(error.cause?.error ?? error.cause ?? '') }
    response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify(detail))
  }
})
let base
server.listen(0, '127.0.0.1', () => {
  base = `http://127.0.0.1:${server.address().port}`
  console.log(base)
})
