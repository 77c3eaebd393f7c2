/** An element of XML with attributes, and with text or elements in it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  readonly content: string | readonly XmlElement[];
}

export function element(
  name: string,
  attributes: XmlElement['attributes'] = {},
  content: XmlElement['content'] = [],
): XmlElement {
  return { name, attributes, content };
}

/** The text of an element, indented. */
export function xmlOf({ name, attributes, content }: XmlElement, indent = ''): string {
  const start = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`)].join(' ');
  if (typeof content === 'string') {
    return `${indent}<${start}>${escaped(content)}</${name}>\n`;
  }
  return content.length === 0
    ? `${indent}<${start} />\n`
    : `${indent}<${start}>\n${content.map(each => xmlOf(each, `${indent}  `)).join('')}${indent}</${name}>\n`;
}

const ESCAPES: { readonly [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, character => ESCAPES[character] ?? character);
}
