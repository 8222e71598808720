// node bridge.mjs auto|legacy URL TOKEN TOOL JSON: the TypeScript client 1.x speaks stdio to
// mcp-remote, which speaks HTTP to the gate: how hosts without HTTP connect.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { fileURLToPath } from 'node:url';
import { report } from './report.mjs';

const remote = fileURLToPath(new URL('node_modules/mcp-remote/dist/proxy.js', import.meta.url));

await report(process.argv.slice(2), async ([protocol, url, token]) => {
  const client = new Client({ name: 'bridge', version: '1.32.2' });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [
      remote, url, '--transport', 'http-only', '--protocol', protocol,
      '--header', `Authorization: Bearer ${token}`,
    ],
    // it keeps what it learns of servers in a folder of the user's: not in the one of whoever tests
    env: { ...process.env, HOME: process.env.BRIDGE_HOME, MCP_REMOTE_CONFIG_DIR: process.env.BRIDGE_HOME },
    stderr: 'inherit',
  });
  await client.connect(transport);
  return { client, protocol };
});
