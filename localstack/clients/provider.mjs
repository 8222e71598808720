// node provider.mjs PORT RESOURCE: npm `oidc-provider` as an authorization server on loopback, which
// knows nothing of the gateway but its address. Whoever comes is ada of support, without a click. The
// first consent of a client leaves the writing scopes out; the next gives what is asked for. A login is
// by password, unless a stronger context is asked for. Prints the issuer when it listens; ends with its
// standard input.
import { json } from 'node:stream/consumers';
import Provider, { interactionPolicy } from 'oidc-provider';

const [port, resource] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const strong = 'urn:example:two-factors';
const scopes = ['tools:read', 'tools:write', 'tools:destructive'];

const policy = interactionPolicy.base();
// a login that was weaker than what is asked for now is done again
policy.get('login').checks.add(
  new interactionPolicy.Check('acr', 'a stronger login is asked for', ({ oidc }) =>
    oidc.params.acr_values?.split(' ').includes(strong) && oidc.session.acr !== strong && !oidc.result?.login
      ? interactionPolicy.Check.REQUEST_PROMPT
      : interactionPolicy.Check.NO_NEED_TO_PROMPT,
  ),
);

/** Challenge of each client's first authorization. */
const firstOf = new Map();
/** When and how the person of a session logged in. */
const logins = new Map();

const provider = new Provider(issuer, {
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  interactions: { policy, url: (_, interaction) => `/interaction/${interaction.uid}` },
  pkce: { required: () => true },
  scopes: ['openid', 'offline_access', ...scopes],
  clientDefaults: { token_endpoint_auth_method: 'none', id_token_signed_response_alg: 'ES256' },
  acrValues: [strong],
  jwks: {
    keys: [await key()],
  },
  cookies: { keys: ['nothing is kept'] },
  features: {
    devInteractions: { enabled: false },
    registration: { enabled: true },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        audience: resource,
        scope: scopes.join(' '),
        accessTokenFormat: 'jwt',
        accessTokenTTL: 300,
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  extraTokenClaims(_, token) {
    if (token.kind === 'ClientCredentials') {
      return { roles: ['support'] };
    }
    const login = logins.get(token.sessionUid) ?? {};
    return { roles: ['support'], auth_time: login.at, acr: login.acr };
  },
  async loadExistingGrant({ oidc }) {
    // it is asked for several times in one authorization, which the challenge tells from the next
    const { clientId } = oidc.client;
    const challenge = oidc.params.code_challenge;
    firstOf.set(clientId, firstOf.get(clientId) ?? challenge);
    const grant = new oidc.provider.Grant({
      clientId,
      accountId: oidc.session.accountId,
    });
    // a client may register for scopes that the provider knows, so it knows those of the resource, too
    grant.addOIDCScope(['openid', 'offline_access', ...scopes].join(' '));
    for (const scope of scopes) {
      if (firstOf.get(clientId) === challenge && scope !== 'tools:read') {
        grant.rejectResourceScope(resource, scope);
      } else {
        grant.addResourceScope(resource, scope);
      }
    }
    await grant.save();
    logins.set(oidc.session.uid, { at: oidc.session.loginTs, acr: oidc.session.acr });
    return grant;
  },
});

// a client that is pinned to the scopes it registered for could never ask for another one
provider.use(async (ctx, next) => {
  if (ctx.method === 'POST' && ctx.path === '/reg') {
    const { scope, ...metadata } = await json(ctx.req);
    ctx.req.body = metadata;
  }
  return next();
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) {
    return next();
  }
  const { params, prompt } = await provider.interactionDetails(ctx.req, ctx.res);
  const acr = params.acr_values?.split(' ').includes(strong) ? strong : undefined;
  await provider.interactionFinished(
    ctx.req,
    ctx.res,
    prompt.name === 'login' ? { login: { accountId: 'ada', acr } } : { consent: {} },
    { mergeWithLastSubmission: true },
  );
  ctx.respond = false;
});

async function key() {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
  return { ...(await crypto.subtle.exportKey('jwk', pair.privateKey)), use: 'sig', alg: 'ES256', key_ops: undefined };
}

provider.listen(Number(port), '127.0.0.1', () => process.stdout.write(`${issuer}\n`));
process.stdin.on('end', () => process.exit(0)).resume();
