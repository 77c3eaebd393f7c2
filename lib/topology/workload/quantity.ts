import { ValidationError } from '../validation-error';

/** @see https://github.com/kubernetes/apimachinery/blob/master/pkg/api/resource/quantity.go */
const QUANTITY = /^(\d+(?:\.\d*)?|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][-+]?\d+)?$/;

const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const MEBIBYTE = 2 ** 20;

/** The amount of a quantity of Kubernetes; undefined for a text that is none. */
export function amountOf(quantity: string): number | undefined {
  const [, number, suffix = ''] = QUANTITY.exec(quantity) ?? [];
  if (number === undefined) {
    return undefined;
  }
  return Number(number) * (/^[eE]./.test(suffix) ? Number(`1${suffix}`) : (FACTORS[suffix] ?? 1));
}

/** Rejects what is not an amount of CPU: cores, or thousandths of one, which are the smallest unit. */
export function requireCpu(path: string, what: string, quantity: string): void {
  const amount = amountOf(quantity);
  if (amount === undefined || !isWhole(amount * 1000)) {
    throw invalid(path, what, quantity, 'Write a quantity such as 100m or 0.5.');
  }
}

/** Rejects what is not an amount of memory or storage: `400m` and `64` are less than one byte and 64 bytes. */
export function requireBytes(path: string, what: string, quantity: string): void {
  const amount = amountOf(quantity);
  if (amount === undefined || amount < MEBIBYTE) {
    throw invalid(path, what, quantity, 'Write a quantity of at least one mebibyte, such as 64Mi, 1.5Gi or 512M.');
  }
}

/** Rejects what is not a positive quantity. */
export function requireQuantity(path: string, what: string, quantity: string): void {
  if (!((amountOf(quantity) ?? 0) > 0)) {
    throw invalid(path, what, quantity, 'Write a quantity such as 100, 500m or 1k.');
  }
}

function invalid(path: string, what: string, quantity: string, fix: string): ValidationError {
  return new ValidationError({ code: 'InvalidQuantity', path, summary: `${what} is "${quantity}".`, fix });
}

/** Whether a number is a positive integer, but for the rounding of its binary form. */
function isWhole(value: number): boolean {
  return value > 0.5 && Math.abs(value - Math.round(value)) < 1e-6;
}
