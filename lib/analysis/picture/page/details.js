// What is known of the chosen service.
'use strict';
(() => {
  const page = (globalThis.page ??= {});
  const { byId, data, svg, boxes, arrows, outgoing, incoming, make, titleOf } = page;
  // The details of a node.
  const choose = (index, isFocused) => {
    page.chosen = index;
    history.replaceState(null, '', index === undefined ? '#' : `#${encodeURIComponent(data.nodes[index].id)}`);
    const near = new Set(index === undefined ? [] : [index]);
    const calls = index === undefined ? [] : [...outgoing[index], ...incoming[index]];
    calls.forEach(each => near.add(data.calls[each][0]).add(data.calls[each][1]));
    const own = new Set(calls);
    svg.classList.toggle('selecting', index !== undefined);
    boxes.forEach((box, each) => {
      box.classList.toggle('near', near.has(each));
      box.classList.toggle('chosen', each === index);
      box.classList.remove('step');
    });
    arrows.forEach(each => each.classList.toggle('near', own.has(Number(each.dataset.call))));
    byId('list')
      .querySelectorAll('button')
      .forEach(each => {
        each.setAttribute('aria-current', String(Number(each.dataset.index) === index));
      });
    const details = byId('details');
    if (index === undefined) {
      details.replaceChildren(
        make('p', {}, 'Choose a service to see its callers, its callees, and the objects behind it.'),
      );
      return;
    }
    details.replaceChildren(...detailsOf(data.nodes[index], index));
    if (isFocused) {
      page.zoomTo(index);
      details.focus();
    }
  };
  const KINDS = {
    service: 'Service',
    workload: 'Workload without a Service',
    edge: 'Requested from outside',
    host: 'Host outside',
  };
  const section = (title, items, none) => [
    make('h3', {}, title),
    items.length === 0 ? make('p', { class: 'quiet-text' }, none) : make('ul', {}, ...items),
  ];
  const detailsOf = (node, index) => {
    const requests = data.requests.filter(({ call }) => data.calls[call][0] === index || data.calls[call][1] === index);
    const inside = node.namespace !== '';
    return [
      make('h2', {}, titleOf(node)),
      make('p', { class: 'quiet-text' }, [KINDS[node.kind], ...node.versions].join(' · ')),
      ...(node.difference === 'same' ? [] : [make('p', { class: `is-${node.difference}` }, node.difference)]),
      ...section(
        'Callers',
        incoming[index].map(each => callItem(each, 0)),
        'No caller reaches it.',
      ),
      ...section(
        'Callees',
        outgoing[index].map(each => callItem(each, 1)),
        'It reaches nothing.',
      ),
      ...(inside ? section('Findings', node.findings.map(findingItem), 'None.') : []),
      ...(inside ? section('Objects', node.objects.map(objectItem), 'None.') : []),
      ...section('Requests', requests.map(requestItem), 'None was computed: `cardinal route` explains any.'),
    ];
  };
  const callItem = (index, side) => {
    const call = data.calls[index];
    const [, , terms, difference, before] = call;
    const other = call[side];
    return make(
      'li',
      {},
      make('button', { type: 'button', class: 'link', click: () => choose(other, true) }, titleOf(data.nodes[other])),
      ...(difference === 'same' ? [] : [make('small', { class: `is-${difference}` }, ` ${difference}`)]),
      make('div', { class: 'quiet-text' }, data.terms[terms].join(' · ')),
      ...(before === undefined
        ? []
        : [make('div', { class: 'is-removed' }, `before: ${data.terms[before].join(' · ')}`)]),
    );
  };
  const findingItem = ({ code, severity, message, fix, place }) =>
    make(
      'li',
      {},
      make('strong', { class: `is-${severity}` }, `${severity} ${code}: `),
      `${message} ${fix}`,
      make('div', { class: 'quiet-text' }, place),
    );
  const objectItem = ({ title, place, difference }) =>
    make(
      'li',
      {},
      title,
      ...(difference === 'same' ? [] : [make('small', { class: `is-${difference}` }, ` ${difference}`)]),
      make('div', { class: 'quiet-text' }, place),
    );
  const requestItem = request =>
    make(
      'li',
      {},
      make(
        'button',
        { type: 'button', class: 'link', click: () => page.showRequest(request) },
        `${request.isBefore ? 'before: ' : ''}${request.title}`,
      ),
      make('div', { class: 'quiet-text' }, request.arrives ? 'It arrives.' : 'It does not arrive in all cases.'),
    );

  Object.assign(page, { choose });
})();
