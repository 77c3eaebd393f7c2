import { membersAt } from './go-source';
import { rendered, type Values } from './go-template';

export const NAMESPACE = 'ns1';
export const CALLEE = 'b';
export const FQDN = `${CALLEE}.${NAMESPACE}.svc.cluster.local`;
export const PORTS: ReadonlyMap<string, number> = new Map([
  ['http', 80],
  ['http2', 85],
  ['grpc', 7070],
  ['https', 443],
]);

/** A case of a loop over protocols or ports, once for each. */
export function variantsOf(fields: Fields): Fields[] {
  const { name = '' } = fields;
  const replacing = (pairs: readonly (readonly [string, string])[]): Fields =>
    Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [
        key,
        pairs.reduce((text, [from, to]) => text.replaceAll(from, to), value),
      ]),
    );
  return name.includes('protoName, port')
    ? ['HTTP', 'HTTP2'].map(port =>
        replacing([
          ['protoName, port', port],
          ['port.ServicePort', `ports.${port}.ServicePort`],
        ]),
      )
    : name.includes('proto)')
      ? ['HTTP', 'HTTPS'].map(protocol =>
          replacing([
            ['strings.ToLower(string(proto))', `"${protocol.toLowerCase()}"`],
            ['Params(proto,', `Params(protocol.${protocol},`],
            ['Protocol: proto,', `Protocol: protocol.${protocol},`],
            ['proto)', `${protocol})`],
          ]),
        )
      : [fields];
}

export type Fields = Readonly<Record<string, string>>;

/** Variables and constants with texts in backticks, and those with headers. */
export function textsIn(source: string, test: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>([
    ['jwt.JwksJSON', '{"keys":[]}'],
    // A Secret that is not among the manifests is assumed to have a certificate.
    ['secret', ''],
  ]);
  for (const [, name = '', expression = ''] of [
    ...source.matchAll(/^const (\w+) = (`[^`]*`)/gm),
    ...test.matchAll(/^\t(\w+) := ((?:`[^`]*`|"[^"]*"|\w+ \+ `[^`]*`)(?: \+ (?:`[^`]*`|[\w.]+))*)$/gm),
  ]) {
    texts.set(name, textOf(expression, texts));
  }
  for (const [, name = '', headers = ''] of test.matchAll(
    /^\t(\w+) := map\[string\]\[\]string(\{[\s\S]*?\n\t\}|\{.*\})/gm,
  )) {
    texts.set(name, headers);
  }
  texts.set('gatewayOfAll', rendered(texts.get('gatewayTmpl') ?? '', parametersOf('HTTP', 'HTTP')));
  return texts;
}

/** The values that tests of gateways share. */
function parametersOf(protocol: string, port: string): Values {
  const isTls = protocol === 'HTTPS';
  return {
    IngressNamespace: 'istio-system',
    GatewayHost: isTls ? FQDN : '*',
    GatewayPort: isTls ? 443 : 80,
    GatewayPortName: protocol.toLowerCase(),
    GatewayProtocol: protocol,
    Gateway: 'gateway',
    VirtualServiceHost: FQDN,
    Port: PORTS.get(port.toLowerCase()),
    Credential: isTls ? 'cred' : '',
    TLSMode: 'SIMPLE',
  };
}

/** The value of an expression that joins texts in quotes or backticks and variables. */
export function textOf(expression: string, texts: ReadonlyMap<string, string>): string {
  const plain = expression
    .replace(/ingressutil\.IngressKubeSecretYAML\([^)]*\)/g, 'secret')
    .replace(/httpGateway\("\*".*?\.IngressGatewayIstioLabel\)/g, 'gatewayOfAll');
  return [...plain.matchAll(/`([^`]*)`|"([^"]*)"|([\w.]+\(|[\w.]+)/g)]
    .map(([, raw, quoted, name = '']) => {
      const text = raw ?? quoted ?? texts.get(name);
      if (text === undefined) {
        throw new Error(`the suite computes a text with ${name}`);
      }
      return text;
    })
    .join('');
}

/** The values of the template of a case. */
export function valuesOf({ templateVars = '' }: Fields, texts: ReadonlyMap<string, string>): Values {
  const open = templateVars.indexOf('map[string]any{');
  const entries = open < 0 ? [] : membersAt(templateVars, open + 'map[string]any'.length);
  const services = [CALLEE];
  const [, protocol, port = ''] = /templateParams\(protocol\.(\w+),.*ports\.(\w+)\.Name\)/.exec(templateVars) ?? [];
  const own = [...templateVars.matchAll(/params\["(\w+)"\] = (.*)/g)].map(([, name = '', value = '']) => [
    name,
    valueOf(value, texts),
  ]);
  return {
    ...(protocol === undefined ? {} : parametersOf(protocol, port)),
    ...Object.fromEntries(own),
    dstSvc: CALLEE,
    dst: [{ Config: { Service: CALLEE } }],
    dstSvcs: services,
    ...Object.fromEntries(
      entries.map(each => {
        const [, name = '', expression = ''] = /^"(\w+)":\s*([\s\S]*)$/.exec(each) ?? [];
        return [name, valueOf(expression, texts)];
      }),
    ),
  };
}

function valueOf(expression: string, texts: ReadonlyMap<string, string>): unknown {
  if (expression.startsWith('[]configData')) {
    return [...expression.matchAll(/\{"([^"]*)", "([^"]*)", "([^"]*)"\}/g)].map(([, Name, Match, Value]) => ({
      Name,
      Match,
      Value,
    }));
  }
  const [, port] = /(?:PortForName\()?ports\.(?:Auto)?(HTTP2?)(?:\.Name\))?\.ServicePort$/.exec(expression) ?? [];
  if (port !== undefined) {
    return PORTS.get(port.toLowerCase());
  }
  return /^\d+$/.test(expression)
    ? Number(expression)
    : expression.endsWith('ClusterLocalFQDN()')
      ? FQDN
      : /Settings\(\)|systemNamespace/.test(expression)
        ? ''
        : textOf(expression, texts);
}
