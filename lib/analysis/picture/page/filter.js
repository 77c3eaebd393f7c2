// The list of services, and which services and calls the filters leave.
'use strict';
(() => {
  const page = (globalThis.page ??= {});
  const { byId, data, svg, boxes, arrows, outgoing, incoming, make, titleOf, counted } = page;
  // Which nodes and calls the filters leave.
  const isOnSide = difference => {
    const side = byId('side').value;
    return side === 'both' || difference !== (side === 'before' ? 'added' : 'removed');
  };
  const textsOf = data.nodes.map(each =>
    [titleOf(each), ...each.versions, ...each.objects.map(({ title }) => title)].join('\n').toLowerCase(),
  );
  const isShown = (node, index) => {
    const wanted = byId('search').value.trim().toLowerCase();
    const namespace = byId('namespace').value;
    return (
      isOnSide(node.difference)
      && (namespace === '' || node.namespace === namespace || isNeighbour(index, namespace))
      && (wanted === '' || textsOf[index].includes(wanted))
    );
  };
  const isNeighbour = (index, namespace) =>
    data.nodes[index].namespace === ''
    && [...outgoing[index].map(each => data.calls[each][1]), ...incoming[index].map(each => data.calls[each][0])].some(
      each => data.nodes[each].namespace === namespace,
    );

  const filter = () => {
    const shown = data.nodes.map(isShown);
    boxes.forEach((box, index) => box.classList.toggle('hidden', !shown[index]));
    arrows.forEach(arrow => {
      const [from, to, , difference] = data.calls[Number(arrow.dataset.call)];
      arrow.classList.toggle('hidden', !(shown[from] && shown[to] && isOnSide(difference)));
    });
    const namespace = byId('namespace').value;
    svg.querySelectorAll('[data-namespace]').forEach(each => {
      each.classList.toggle('hidden', namespace !== '' && each.dataset.namespace !== namespace);
    });
    const found = data.nodes.map((node, index) => ({ node, index })).filter(({ index }) => shown[index]);
    byId('count').textContent = `${counted(found.length, 'service')} and hosts`;
    byId('list').replaceChildren(...found.map(({ node, index }) => make('li', {}, nodeButton(node, index))));
    page.showTable();
  };
  const nodeButton = (node, index) => {
    const errors = node.findings.filter(({ severity }) => severity === 'error').length;
    const warnings = node.findings.filter(({ severity }) => severity === 'warning').length;
    const marks = [
      ...(errors > 0 ? [make('small', { class: 'is-error' }, ` ${counted(errors, 'error')}`)] : []),
      ...(warnings > 0 ? [make('small', { class: 'is-warning' }, ` ${counted(warnings, 'warning')}`)] : []),
      ...(node.difference === 'same' ? [] : [make('small', { class: `is-${node.difference}` }, ` ${node.difference}`)]),
    ];
    const current = String(index === page.chosen);
    return make(
      'button',
      { type: 'button', 'data-index': index, 'aria-current': current, click: () => page.choose(index, true) },
      titleOf(node),
      ...marks,
    );
  };

  Object.assign(page, { isShown, isOnSide, filter });
})();
