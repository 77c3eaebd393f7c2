// The data of the page, and how it makes elements: all texts of manifests are set as text, never as markup.
'use strict';
(() => {
  const page = (globalThis.page ??= {});
  const byId = id => document.getElementById(id);
  const data = JSON.parse(byId('data').textContent);
  const svg = document.querySelector('svg.drawing');
  const boxes = [...svg.querySelectorAll('[data-node]')];
  const arrows = [...svg.querySelectorAll('[data-call]')];
  const outgoing = data.nodes.map(() => []);
  const incoming = data.nodes.map(() => []);
  data.calls.forEach(([from, to], index) => {
    outgoing[from].push(index);
    incoming[to].push(index);
  });

  /** An element with attributes, and with texts or elements in it. */
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (typeof value === 'function') {
        element.addEventListener(key, value);
      } else {
        element.setAttribute(key, value);
      }
    }
    element.append(...children);
    return element;
  };
  const titleOf = ({ label, namespace }) => (namespace === '' ? label : `${namespace}/${label}`);
  const counted = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`;

  Object.assign(page, { byId, data, svg, boxes, arrows, outgoing, incoming, make, titleOf, counted });
})();
