// node cognito.mjs PORT GATE: an identity provider of the shape of an Amazon Cognito user pool. It has
// OpenID discovery without a word of PKCE or registration, knows one client and one callback address by
// heart, and makes access tokens without a `typ`, with `token_use` and `cognito:groups`, whose scopes have
// the resource's name before them. Whoever comes is ada of a support group. Prints its name when it
// listens; ends with its standard input.
import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const [port, gate] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}/eu-central-1_Pool`;
const client = '3n4b5urk1ft4fl3mg5e62d9ado';
const callback = `${gate}/oauth/pool/callback`;
const resource = `${gate}/mcp`;
const { publicKey, privateKey } = await generateKeyPair('RS256');
const kid = randomUUID();
const codes = new Map();
const refreshes = new Map();

const sign = (claims) =>
  new SignJWT({ sub: 'ada', iss: issuer, jti: randomUUID(), ...claims })
    .setProtectedHeader({ alg: 'RS256', kid })
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(privateKey);

async function tokens(login) {
  const access = await sign({
    aud: login.resource ?? undefined,
    client_id: client,
    token_use: 'access',
    version: 2,
    auth_time: login.at,
    username: 'ada',
    scope: login.scope,
    'cognito:groups': ['eu-support-agents', 'everybody'],
  });
  const id = await sign({ aud: client, token_use: 'id', email: 'ada@example.com' });
  return { access_token: access, id_token: id, token_type: 'Bearer', expires_in: 300 };
}

function authorize(asked, response) {
  if (asked.get('client_id') !== client || asked.get('redirect_uri') !== callback) {
    return reply(response, 400, { error: 'redirect_mismatch' });
  }
  const to = new URL(callback);
  to.searchParams.set('state', asked.get('state') ?? '');
  const scopes = asked.get('scope').split(' ');
  if (scopes.some((scope) => scope !== 'openid' && !scope.startsWith(`${resource}/`))) {
    to.searchParams.set('error', 'invalid_scope');
  } else {
    const code = randomUUID();
    codes.set(code, {
      scope: asked.get('scope'),
      challenge: asked.get('code_challenge'),
      resource: asked.get('resource'),
      at: Math.floor(Date.now() / 1000),
    });
    to.searchParams.set('code', code);
  }
  response.writeHead(302, { Location: to.href }).end();
}

async function token(form, response) {
  if (form.get('client_id') !== client) {
    return reply(response, 400, { error: 'invalid_client' });
  }
  if (form.get('grant_type') === 'refresh_token') {
    const login = refreshes.get(form.get('refresh_token'));
    return login ? reply(response, 200, await tokens(login)) : reply(response, 400, { error: 'invalid_grant' });
  }
  const login = codes.get(form.get('code'));
  codes.delete(form.get('code'));
  const proved = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
  if (!login || login.challenge !== proved || form.get('redirect_uri') !== callback) {
    return reply(response, 400, { error: 'invalid_grant' });
  }
  const refresh = randomUUID();
  refreshes.set(refresh, login);
  return reply(response, 200, { ...(await tokens(login)), refresh_token: refresh });
}

function reply(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, issuer);
  const path = url.pathname.replace('/eu-central-1_Pool', '');
  switch (`${request.method} ${path}`) {
    case 'GET /.well-known/openid-configuration':
      return reply(response, 200, {
        issuer,
        authorization_endpoint: `http://127.0.0.1:${port}/oauth2/authorize`,
        token_endpoint: `http://127.0.0.1:${port}/oauth2/token`,
        jwks_uri: `${issuer}/.well-known/jwks.json`,
        response_types_supported: ['code', 'token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      });
    case 'GET /.well-known/jwks.json':
      return reply(response, 200, {
        keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }],
      });
    case 'GET /oauth2/authorize':
      return authorize(url.searchParams, response);
    case 'POST /oauth2/token':
      return token(new URLSearchParams(await text(request)), response);
    default:
      return reply(response, 404, { error: 'not found' });
  }
});
server.listen(Number(port), '127.0.0.1', () => process.stdout.write(`${issuer}\n`));
process.stdin.on('end', () => process.exit(0)).resume();
