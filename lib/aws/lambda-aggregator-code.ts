/**
 * The code of an aggregator, inline in the template: Node.js without dependencies, up to 4096 characters. `PARTS` has
 * the URL and the timeout of each part. It accepts the events of HTTP APIs (payload 2.0) and of REST APIs.
 */
export const LAMBDA_AGGREGATOR_CODE = `const parts = JSON.parse(process.env.PARTS);
const PASSED_ON = ['authorization', 'traceparent', 'tracestate', 'b3', 'x-request-id'];

async function ask(name, { url, millis }, parameters, headers) {
  const address = url.replace(/\\{(\\w+)\\}/g, (_, key) => encodeURIComponent(parameters[key] ?? ''));
  try {
    const response = await fetch(address, { headers, redirect: 'manual', signal: AbortSignal.timeout(millis) });
    if (!response.ok) return { ['error_' + name]: { http_status_code: response.status } };
    return { [name]: await response.json() };
  } catch (error) {
    return { ['error_' + name]: { http_status_code: error.name === 'TimeoutError' ? 504 : 502 } };
  }
}

exports.handler = async ({ pathParameters, headers }) => {
  const given = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  const passed = Object.fromEntries(given.filter(([name]) => PASSED_ON.includes(name)));
  const answers = await Promise.all(
    Object.entries(parts).map(([name, part]) => ask(name, part, pathParameters ?? {}, passed)),
  );
  const body = Object.fromEntries(answers.flatMap(Object.entries));
  const isComplete = Object.keys(parts).every(name => Object.hasOwn(body, name));
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'x-completed': String(isComplete) },
    body: JSON.stringify(body),
  };
};
`;
