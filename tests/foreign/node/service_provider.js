// A SAML service provider made with @node-saml/node-saml, in its strictest settings. Argument: the options as JSON:
// metadata (URL), key and certificate (files), response and assertion (what must be signed), encrypted.
// Prints its URL when it listens; /login starts a login, /acs answers with what was learnt, as JSON.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml'

const options = JSON.parse(process.argv[2])
const privateKey = readFileSync(options.key, 'utf8')
const publicCert = readFileSync(options.certificate, 'utf8')
const relayState = 'state&more/ü' // a space would be signed as %20 and sent as +

const document = await (await fetch(options.metadata)).text()
const certificates = [...document.matchAll(/<ds:X509Certificate>([^<]+)</g)].map((match) => match[1])
const place = (name) => new RegExp(`<md:${name} Binding="[^"]+Redirect" Location="([^"]+)"`).exec(document)[1]

const client = (binding) => new SAML({
  issuer: `${base}/metadata`,
  callbackUrl: `${base}/acs`,
  logoutCallbackUrl: `${base}/slo`,
  entryPoint: place('SingleSignOnService'),
  logoutUrl: place('SingleLogoutService'),
  idpIssuer: /entityID="([^"]+)"/.exec(document)[1],
  idpCert: certificates,
  privateKey,
  publicCert,
  signatureAlgorithm: 'sha256',
  digestAlgorithm: 'sha256',
  decryptionPvk: options.encrypted ? privateKey : undefined,
  wantAuthnResponseSigned: options.response,
  wantAssertionsSigned: options.assertion,
  skipRequestCompression: binding === 'post', // by default it deflates for this binding, too, which has no DEFLATE
  authnRequestBinding: binding === 'post' ? 'HTTP-POST' : 'HTTP-Redirect',
  identifierFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  audience: `${base}/metadata`,
  validateInResponseTo: ValidateInResponseTo.always,
  cacheProvider: cache,
})

const asked = new Map()
const cache = {
  saveAsync: async (key, value) => { asked.set(key, value); return { value, createdAt: Date.now() } },
  getAsync: async (key) => asked.get(key) ?? null,
  removeAsync: async (key) => (asked.delete(key) ? key : null),
}

const list = (value) => (Array.isArray(value) ? value : [value])
const body = async (request) => {
  let text = ''
  for await (const chunk of request) text += chunk
  return Object.fromEntries(new URLSearchParams(text))
}

let user = null // one browser at a time
const server = http.createServer(async (request, response) => {
  const here = new URL(request.url, base)
  const answer = (status, document) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document))
  const go = (location) => response.writeHead(302, { location }).end()
  try {
    if (here.pathname === '/metadata') {
      const xml = client().generateServiceProviderMetadata(publicCert, publicCert)
      response.writeHead(200, { 'content-type': 'text/xml' }).end(xml)
    } else if (here.pathname === '/login') {
      const binding = here.searchParams.get('binding')
      if (binding === 'post') {
        const page = await client(binding).getAuthorizeFormAsync(relayState)
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
      } else {
        go(await client(binding).getAuthorizeUrlAsync(relayState, undefined, {}))
      }
    } else if (here.pathname === '/acs') {
      const form = await body(request)
      const { profile } = await client().validatePostResponseAsync(form)
      user = profile
      const attributes = Object.fromEntries(Object.entries(profile.attributes).map(([name, value]) => [name, list(value)]))
      answer(200, { name_id: profile.nameID, attributes, session_index: profile.sessionIndex, relay_state: form.RelayState })
    } else if (here.pathname === '/me') {
      if (user) answer(200, { name_id: user.nameID })
      else answer(401, {})
    } else if (here.pathname === '/logout') {
      go(await client().getLogoutUrlAsync(user, '', {}))
    } else if (here.pathname === '/slo') {
      const query = Object.fromEntries(here.searchParams)
      const { profile } = await client().validateRedirectAsync(query, here.search.slice(1))
      user = null
      if (query.SAMLRequest) go(await client().getLogoutResponseUrlAsync(profile, query.RelayState ?? '', {}, true))
      else answer(200, { logged_out: true })
    } else {
      answer(404, {})
    }
  } catch (error) {
    answer(500, { error: error.name, message: error.message })
  }
})
let base
server.listen(0, '127.0.0.1', () => {
  base = `http://127.0.0.1:${server.address().port}`
  console.log(base)
})
