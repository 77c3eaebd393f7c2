import { RE2JS } from 're2js';

const LONGEST = 1024;

/** Whether a text is a regular expression that Envoy accepts (RE2), within Istio's length limit. */
export function isPattern(text: string): boolean {
  return text.length <= LONGEST && isExpression(text);
}

/** Whether a text is a regular expression in the syntax of RE2. */
export function isExpression(text: string): boolean {
  try {
    RE2JS.compile(text);
    return true;
  } catch {
    return false;
  }
}
