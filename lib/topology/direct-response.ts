import { integer, type Rules, validateAll } from './rules';
import { ValidationError } from './validation-error';

/**
 * A response that the proxy of the caller sends instead of the callee.
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPDirectResponse
 */
export interface DirectResponse {
  /** The HTTP status. */
  readonly status: number;
  /**
   * The body, as text.
   * @default - none
   */
  readonly body?: string;
}

/** Istio warns of larger bodies: they are a part of the configuration of every caller. */
const LONGEST_BODY = 100 * 1024;

const RULES: Rules<DirectResponse> = {
  status: integer('The status of the direct response', 200, 599),
  body: (path, body) => {
    if (body !== undefined && Buffer.byteLength(body) > LONGEST_BODY) {
      throw new ValidationError({
        code: 'OutOfRange',
        path,
        summary: `The body of the direct response has ${Buffer.byteLength(body)} bytes.`,
        fix: `Give at most ${LONGEST_BODY} bytes.`,
      });
    }
  },
};

/** Rejects a response that Istio rejects. */
export function validateDirectResponse(path: string, response: DirectResponse): void {
  validateAll(RULES, path, response);
}
