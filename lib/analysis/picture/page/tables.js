// Findings, the matrix, requests and changes, as tables.
'use strict';
(() => {
  const page = (globalThis.page ??= {});
  const { byId, data, make, titleOf, counted } = page;
  const MOST_ROWS = 1000;
  const tableOf = (headings, rows) => [
    make(
      'p',
      { class: 'quiet-text' },
      rows.length > MOST_ROWS
        ? `The first ${MOST_ROWS} of ${rows.length}: search for others.`
        : counted(rows.length, 'row'),
    ),
    make(
      'table',
      {},
      make('thead', {}, make('tr', {}, ...headings.map(each => make('th', { scope: 'col' }, each)))),
      make(
        'tbody',
        {},
        ...rows.slice(0, MOST_ROWS).map(row => make('tr', {}, ...row.map(each => make('td', {}, each)))),
      ),
    ),
  ];
  const link = index =>
    make(
      'button',
      { type: 'button', class: 'link', click: () => page.choose(index, true) },
      titleOf(data.nodes[index]),
    );
  const VIEWS = {
    Graph: undefined,
    Findings: () =>
      tableOf(
        ['Service', 'Severity', 'Finding', 'Place'],
        data.nodes.flatMap((node, index) =>
          page.isShown(node, index)
            ? node.findings.map(each => [
                link(index),
                make('span', { class: `is-${each.severity}` }, each.severity),
                `${each.message} ${each.fix} (${each.code})`,
                each.place,
              ])
            : [],
        ),
      ),
    Matrix: () =>
      tableOf(
        ['From', 'To', 'Terms'],
        data.calls
          .filter(
            ([from, to, , difference]) =>
              page.isOnSide(difference) && [from, to].some(each => page.isShown(data.nodes[each], each)),
          )
          .map(([from, to, terms]) => [link(from), link(to), data.terms[terms].join(' · ')]),
      ),
    Requests: () => [
      ...page.form(),
      ...tableOf(
        ['Request', 'Result'],
        data.requests
          .filter(({ call }) => data.calls[call].slice(0, 2).some(each => page.isShown(data.nodes[each], each)))
          .map(each => [
            make(
              'button',
              { type: 'button', class: 'link', click: () => page.showRequest(each) },
              `${each.isBefore ? 'before: ' : ''}${each.title}`,
            ),
            each.arrives ? 'arrives' : 'does not arrive in all cases',
          ]),
      ),
    ],
    ...(data.isComparison
      ? {
          Changes: () =>
            tableOf(
              ['Change'],
              data.changes.map(each => [each]),
            ),
        }
      : {}),
  };
  let view = 'Graph';
  const current = () => view;
  const showTable = () => {
    const content = VIEWS[view];
    byId('graph').hidden = content !== undefined;
    byId('table').hidden = content === undefined;
    if (content) {
      byId('table').setAttribute('aria-label', view);
      byId('table').replaceChildren(...content());
    }
    byId('tabs')
      .querySelectorAll('button')
      .forEach(each => {
        each.setAttribute('aria-selected', String(each.textContent === view));
        each.tabIndex = each.textContent === view ? 0 : -1;
      });
  };
  const openView = name => {
    view = name;
    showTable();
  };

  Object.assign(page, { VIEWS, showTable, openView, current });
})();
