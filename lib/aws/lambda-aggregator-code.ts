/**
 * The code of an aggregator, inline in the template: Node.js without dependencies, up to 4096 characters. `PARTS` has
 * the URL and the timeout of each part. It accepts the events of HTTP APIs (payload 2.0) and of REST APIs. A part whose
 * address lacks a parameter, or would be another path with it, is not requested.
 */
export const LAMBDA_AGGREGATOR_CODE = `const parts = JSON.parse(process.env.PARTS);
const PASSED_ON = ['authorization', 'traceparent', 'tracestate', 'b3', 'x-request-id'];

function addressOf(url, parameters, query) {
  let isComplete = true;
  const filled = url.replace(/\\{([^{}+]+)(\\+?)\\}/g, (_, name, rest) => {
    const value = Object.hasOwn(parameters, name) ? parameters[name] : '';
    isComplete &&= Boolean(value);
    return rest ? value.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(value);
  });
  const [path] = filled.split('?');
  if (!isComplete || path.split('/').some(segment => /^(\\.|%2e){1,2}$/i.test(segment))) return undefined;
  const address = new URL(filled);
  const own = new Set(address.searchParams.keys());
  query.filter(([name]) => !own.has(name)).forEach(([name, value]) => address.searchParams.append(name, value));
  return address;
}

async function ask(name, { url, millis }, parameters, query, headers) {
  try {
    const address = addressOf(url, parameters, query);
    if (!address) return { ['error_' + name]: { http_status_code: 400 } };
    const response = await fetch(address, { headers, redirect: 'manual', signal: AbortSignal.timeout(millis) });
    if (!response.ok) return { ['error_' + name]: { http_status_code: response.status } };
    return { [name]: await response.json() };
  } catch (error) {
    return { ['error_' + name]: { http_status_code: error.name === 'TimeoutError' ? 504 : 502 } };
  }
}

function queryOf({ rawQueryString, multiValueQueryStringParameters, queryStringParameters }) {
  if (rawQueryString !== undefined) return [...new URLSearchParams(rawQueryString)];
  const given = Object.entries(multiValueQueryStringParameters ?? queryStringParameters ?? {});
  return given.flatMap(([name, values]) => [values].flat().map(value => [name, value]));
}

exports.handler = async event => {
  const given = Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  const passed = Object.fromEntries(given.filter(([name]) => PASSED_ON.includes(name)));
  const query = queryOf(event);
  const answers = await Promise.all(
    Object.entries(parts).map(([name, part]) => ask(name, part, event.pathParameters ?? {}, query, passed)),
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
