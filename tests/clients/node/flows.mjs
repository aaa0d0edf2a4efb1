// The provider as openid-client sees it. A conversation of JSON lines on standard input and output:
//
//   in   {"do": "connect", "as": "shop", "issuer": "…", "client": {"client_id": "…", …}}
//   in   {"do": "authorize", "as": "shop", "scope": "…", "redirect_uri": "…"}
//   out  {"person": "…"}        an address for somebody with a browser
//   in   {"arrived": "…"}       where that browser ended
//   out  {"result": {…}}        or {"refused": {"by": "client" | "server", "code": "…"}}
//
// It ends with its input. What is checked of answers and tokens, the library checks.
import { createInterface } from 'node:readline'
import * as oidc from 'openid-client'

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const connected = new Map()

const say = (told) => process.stdout.write(`${JSON.stringify(told)}\n`)

async function heard() {
  const { value, done } = await lines.next()
  return done ? undefined : JSON.parse(value)
}

async function sendPerson(url) {
  say({ person: String(url) })
  return new URL((await heard()).arrived)
}

async function proofOf({ auth, client_secret: secret, key }) {
  if (auth === 'none') return oidc.None()
  if (auth === 'client_secret_post') return oidc.ClientSecretPost(secret)
  if (auth === 'client_secret_basic') return oidc.ClientSecretBasic(secret)
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const imported = await crypto.subtle.importKey('jwk', key, algorithm, false, ['sign'])
  return oidc.PrivateKeyJwt({ key: imported, kid: key.kid })
}

function told(self, tokens) {
  self.tokens = { ...self.tokens, ...tokens }
  const { access_token: _access, refresh_token: refresh, id_token: _id, ...rest } = tokens
  return { ...rest, refreshable: refresh !== undefined, claims: tokens.claims() ?? null }
}

const verbs = {
  // Discovery (OpenID Connect, or RFC 8414), key set included: every ID token's signature counts.
  async connect(self, { issuer, client, algorithm = 'oidc' }) {
    self.config = await oidc.discovery(
      new URL(issuer),
      client.client_id,
      undefined,
      await proofOf(client),
      { algorithm, execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks] },
    )
    if (client.dpop) {
      const pair = await oidc.randomDPoPKeyPair('ES256')
      self.options = { DPoP: oidc.getDPoPHandle(self.config, pair) }
    }
    return self.config.serverMetadata()
  },

  // Authorization code with PKCE, state, nonce and iss; `pushed`: by RFC 9126.
  async authorize(self, { scope, redirect_uri, pushed = false }) {
    const { config, options } = self
    const verifier = oidc.randomPKCECodeVerifier()
    const state = oidc.randomState()
    const nonce = oidc.randomNonce()
    const asked = {
      scope,
      redirect_uri,
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }
    const build = pushed ? oidc.buildAuthorizationUrlWithPAR : oidc.buildAuthorizationUrl
    const arrived = await sendPerson(await build(config, asked, options))
    const checks = {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    }
    return told(self, await oidc.authorizationCodeGrant(config, arrived, checks, {}, options))
  },

  // `back`: by a refresh token of so many refreshes ago.
  async refresh(self, { back = 0 }) {
    self.spent ??= []
    const token = back ? self.spent.at(-back) : self.tokens.refresh_token
    const tokens = await oidc.refreshTokenGrant(self.config, token, {}, self.options)
    self.spent.push(token)
    return { ...told(self, tokens), rotated: tokens.refresh_token !== token }
  },

  async credentials(self, { scope }) {
    return told(self, await oidc.clientCredentialsGrant(self.config, { scope }, self.options))
  },

  // RFC 8628. The person has answered before the first question, so nothing is waited for.
  async device(self, { scope }) {
    const shown = await oidc.initiateDeviceAuthorization(self.config, { scope })
    await sendPerson(shown.verification_uri_complete)
    const hasty = { ...shown, interval: 0.1 }
    return told(self, await oidc.pollDeviceAuthorizationGrant(self.config, hasty, {}, self.options))
  },

  // RFC 8693: the token held is shown for another.
  async exchange(self, { scope }) {
    const shown = { subject_token: self.tokens.access_token, subject_token_type: ACCESS_TOKEN, scope }
    return told(self, await oidc.genericGrantRequest(self.config, TOKEN_EXCHANGE, shown))
  },

  introspect: (self, { token }) => oidc.tokenIntrospection(self.config, self.tokens[token]),

  async revoke(self, { token }) {
    await oidc.tokenRevocation(self.config, self.tokens[token])
    return {}
  },

  userinfo: (self, { subject }) =>
    oidc.fetchUserInfo(self.config, self.tokens.access_token, subject, self.options),

  // A call of the REST face; `bare`: as a bearer, without the proof that a bound token asks for.
  async rest(self, { url, bare = false }) {
    const { access_token: token } = self.tokens
    if (bare) {
      const answer = await fetch(url, { headers: { Authorization: `Bearer ${token}` } })
      return { status: answer.status }
    }
    const none = undefined
    const answer = await oidc.fetchProtectedResource(
      self.config, token, new URL(url), 'GET', none, none, self.options,
    )
    return { status: answer.status, body: await answer.json() }
  },

  // RP-initiated logout: where the person's browser ends.
  async logout(self, { post_logout_redirect_uri }) {
    const state = oidc.randomState()
    const asked = { id_token_hint: self.tokens.id_token, post_logout_redirect_uri, state }
    const arrived = await sendPerson(oidc.buildEndSessionUrl(self.config, asked))
    return { arrived: String(arrived), state_kept: arrived.searchParams.get('state') === state }
  },
}

// An answer of the server's that says no has `error`, or challenges by a scheme; what the library
// refuses by itself has neither.
function refusal(error) {
  if (error instanceof oidc.WWWAuthenticateChallengeError) {
    return { by: 'server', code: error.cause[0].scheme, status: error.status }
  }
  if (error.error) return { by: 'server', code: error.error, status: error.status }
  return { by: 'client', code: error.code, message: error.cause?.message ?? error.message }
}

for (let asked = await heard(); asked !== undefined; asked = await heard()) {
  const self = connected.get(asked.as) ?? {}
  connected.set(asked.as, self)
  try {
    say({ result: await verbs[asked.do](self, asked) })
  } catch (error) {
    say({ refused: refusal(error) })
  }
}
