/** The limits that CloudFormation templates are checked against, all of severity error. */
export const TEMPLATE_CODES = [
  {
    id: 'http-api-quota',
    summary: 'An HTTP API has more of something than AWS permits',
    explanation:
      'Routes, integrations, authorizers, stages, audiences and scopes have quotas; the deployment would fail '
      + 'half-way.',
  },
  {
    id: 'http-api-route-key',
    summary: 'A route of an HTTP API has a key that no request matches',
    explanation: 'A route key is a method and a path, or $default. Anything else is rejected, or never matches.',
  },
  {
    id: 'http-api-key',
    summary: 'A route of an HTTP API requires an API key',
    explanation: 'HTTP APIs do not check API keys: the route would be open. Use a REST API, or a token.',
  },
  {
    id: 'http-api-enumeration',
    summary: 'An integration of an HTTP API has a type that HTTP APIs do not have',
    explanation: 'The deployment would fail. The message lists the types.',
  },
  {
    id: 'http-api-timeout',
    summary: 'An integration of an HTTP API has a timeout out of range',
    explanation: 'HTTP APIs wait from 50 ms to 30 s. Answer sooner, or let clients poll for the result.',
  },
  {
    id: 'http-api-reserved-header',
    summary: 'A parameter mapping of an HTTP API changes a header that AWS reserves',
    explanation: 'The deployment would fail. Use another header.',
  },
  {
    id: 'http-api-stage-name',
    summary: 'A stage of an HTTP API has a name that AWS rejects',
    explanation: 'Names have up to 128 letters, digits, "-" and "_", or are $default.',
  },
  {
    id: 'http-api-firewall',
    summary: 'A web ACL is associated with an HTTP API',
    explanation:
      'AWS WAF does not support HTTP APIs: nothing would be filtered. Use a REST API, or put CloudFront in ' + 'front.',
  },
  {
    id: 'rest-api-quota',
    summary: 'A REST API has more of something than AWS permits',
    explanation: 'Resources, authorizers and stages have quotas; the deployment would fail half-way.',
  },
  {
    id: 'rest-api-enumeration',
    summary:
      'A method of a REST API has an HTTP method, an integration or a connection type that REST APIs do not have',
    explanation: 'The deployment would fail. The message lists the values.',
  },
  {
    id: 'rest-api-timeout',
    summary: 'An integration of a REST API has a timeout out of range',
    explanation: 'REST APIs wait from 50 ms to 29 s. Answer sooner, or let clients poll for the result.',
  },
  {
    id: 'rest-api-stage-name',
    summary: 'A stage of a REST API has a name that AWS rejects',
    explanation: 'Names have up to 128 letters, digits, "-" and "_".',
  },
  {
    id: 'target-group-name',
    summary: 'A target group has a name that is too long',
    explanation: 'Names have up to 32 characters, and the cluster binds its gateway to the target group by name.',
  },
  {
    id: 'template-resources',
    summary: 'A template has more resources than CloudFormation accepts',
    explanation: 'CloudFormation accepts 500 resources in a template. Move some of them into another stack.',
  },
] as const satisfies readonly { id: string; summary: string; explanation: string }[];

/** The code of a finding on a template. A new one needs an entry in {@link TEMPLATE_CODES}. */
export type TemplateCode = (typeof TEMPLATE_CODES)[number]['id'];
