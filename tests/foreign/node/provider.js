// An OpenID provider made with oidc-provider. Argument: the redirect URI. Prints its issuer when it listens.
import http from 'node:http'
import Provider from 'oidc-provider'

const [redirectUri] = process.argv.slice(2)
const holder = { handler: (request, response) => response.writeHead(503).end() }
const server = http.createServer((request, response) => holder.handler(request, response))
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`
  const common = { redirect_uris: [redirectUri], grant_types: ['authorization_code'], response_types: ['code'] }
  const provider = new Provider(issuer, {
    clients: [
      { ...common, client_id: 'basic', client_secret: 'a-secret+with/odd characters:%', token_endpoint_auth_method: 'client_secret_basic' },
      { ...common, client_id: 'post', client_secret: 'secret', token_endpoint_auth_method: 'client_secret_post' },
      { ...common, client_id: 'public', token_endpoint_auth_method: 'none' },
      { ...common, client_id: 'es256', client_secret: 'secret', id_token_signed_response_alg: 'ES256' },
    ],
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@acme.example`, email_verified: true, name: `Account ${id}`, groups: ['engineering'] }),
    }),
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    conformIdTokenClaims: true,
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
    jwks: { keys: JSON.parse(process.env.PROVIDER_KEYS) },
    cookies: { keys: ['interop'] },
    pkce: { required: () => true },
  })
  provider.on('server_error', (_context, error) => console.error(error))
  holder.handler = provider.callback()
  console.log(issuer)
})
