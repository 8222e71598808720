// What the client scripts share: list the tools, call one, print one line of JSON.
// {client, protocol, tools, result}, or {error} and exit code 1.

/**
 * @param args [...connection, TOOL, JSON]
 * @param connect makes a connected client from the connection's arguments
 */
export async function report(args, connect) {
  const [tool, json] = args.slice(-2);
  const connection = args.slice(0, -2);
  if (connection.length < 2) {
    process.stderr.write('arguments: [MODE] URL TOKEN TOOL JSON\n');
    process.exitCode = 64;
    return;
  }
  try {
    const { client, protocol } = await connect(connection);
    const tools = [];
    let cursor;
    do {
      const page = await client.listTools(cursor ? { cursor } : undefined);
      tools.push(...page.tools);
      cursor = page.nextCursor;
    } while (cursor);
    const result = await client.callTool({ name: tool, arguments: JSON.parse(json) });
    process.stdout.write(`${JSON.stringify({ protocol, tools, result })}\n`);
    await client.close();
  } catch (error) {
    process.stdout.write(
      `${JSON.stringify({ error: { name: error.name, code: error.code, message: error.message, data: error.data } })}\n`,
    );
    process.exitCode = 1;
  }
}
