// An application that logs in with passport and @node-saml/passport-saml. Arguments: the IdP's metadata URL, the binding.
// Prints its URL when it listens; /login starts a login, /acs answers with who logged in, as JSON.
import http from 'node:http'
import { Strategy } from '@node-saml/passport-saml'
import passport from 'passport'

const [metadata, binding] = process.argv.slice(2)
const document = await (await fetch(metadata)).text()

const body = async (request) => {
  let text = ''
  for await (const chunk of request) text += chunk
  return Object.fromEntries(new URLSearchParams(text))
}

const server = http.createServer(async (request, response) => {
  const here = new URL(request.url, base)
  request.query = Object.fromEntries(here.searchParams)
  request.body = request.method === 'POST' ? await body(request) : {}
  request.res = response // this and the next line as express does
  response.send = (page) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
  const answer = (status, document) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document))
  passport.authenticate('saml', { session: false }, (error, user, info, status) => {
    if (error) answer(500, { error: error.name, message: error.message })
    else if (user) answer(200, { name_id: user.nameID, email: user.email })
    else answer(status ?? 401, { message: info?.message ?? 'refused' })
  })(request, response)
})
let base
server.listen(0, '127.0.0.1', () => {
  base = `http://127.0.0.1:${server.address().port}`
  passport.use(new Strategy(
    {
      issuer: `${base}/metadata`,
      callbackUrl: `${base}/acs`,
      entryPoint: new RegExp('<md:SingleSignOnService Binding="[^"]+Redirect" Location="([^"]+)"').exec(document)[1],
      idpCert: [...document.matchAll(/<ds:X509Certificate>([^<]+)</g)].map((match) => match[1]),
      idpIssuer: /entityID="([^"]+)"/.exec(document)[1],
      authnRequestBinding: binding === 'post' ? 'HTTP-POST' : 'HTTP-Redirect',
      skipRequestCompression: binding === 'post', // by default it deflates for this binding, too, which has no DEFLATE
      validateInResponseTo: 'always',
      audience: `${base}/metadata`,
    },
    (profile, done) => done(null, profile),
    (profile, done) => done(null, profile),
  ))
  console.log(base)
})
