/** A text as a regular expression of RE2 or JavaScript that matches this text alone. */
export function literalRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
