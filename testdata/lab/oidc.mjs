// An issuer for the lab: the npm package oidc-provider on a loopback port.
//
//   node oidc.mjs '{"modules": "FOLDER/node_modules", "port": 0, ...}'
//
// It says "listening URL" on standard output when it answers, and one line
// "METHOD PATH STATUS" for each request. Settings, all but modules optional:
//   port     0, or none, takes a free one
//   issuer   what it calls itself, if not by its address
//   kid      the name of its key, which it makes anew at each start
//   ttl      how long access tokens live, in seconds
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { pathToFileURL } from 'node:url';

const settings = { port: 0, kid: 'lab', ttl: 300, ...JSON.parse(process.argv[2]) };
const require = createRequire(settings.modules + '/');
const { Provider } = await import(pathToFileURL(require.resolve('oidc-provider')));

const server = createServer();
await new Promise((done) => server.listen(settings.port, '127.0.0.1', done));
const url = `http://127.0.0.1:${server.address().port}`;

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
const machine = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] };
const op = new Provider(settings.issuer ?? url, {
  jwks: { keys: [{ ...key, kid: settings.kid, use: 'sig', alg: 'RS256' }] },
  clients: [
    { client_id: 'job', client_secret: 'a secret of the lab', ...machine },
    { client_id: 'signer', token_endpoint_auth_method: 'client_secret_jwt', client_secret: 'x'.repeat(48), ...machine },
    // Registered for another grant than it will ask for.
    { client_id: 'device', token_endpoint_auth_method: 'client_secret_jwt', client_secret: 'x'.repeat(48),
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code'], redirect_uris: [], response_types: [] },
  ],
  features: {
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (ctx, resource) => ({ scope: 'read write', audience: resource, accessTokenFormat: 'jwt' }),
    },
  },
  scopes: ['openid', 'read', 'write'],
  cookies: { keys: ['of the lab'] },
  ttl: { ClientCredentials: settings.ttl },
});
op.use(async (ctx, next) => {
  await next();
  console.log(ctx.method, ctx.path, ctx.status);
});
server.on('request', op.callback());
console.log('listening', url);
