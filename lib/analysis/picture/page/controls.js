// Pan and zoom, keys, and what happens at first.
'use strict';
(() => {
  const page = (globalThis.page ??= {});
  const { boxes, byId, data, make, svg, VIEWS } = page;
  // Pan and zoom.
  const canvas = svg.querySelector('.canvas');
  const panzoom = globalThis.Panzoom(canvas, { maxScale: 12, minScale: 0.1, step: 0.25, cursor: 'grab', noBind: true });
  const graph = byId('graph');
  graph.addEventListener('wheel', event => panzoom.zoomWithWheel(event), { passive: false });
  let start;
  graph.addEventListener('pointerdown', event => {
    start = [event.clientX, event.clientY];
    panzoom.handleDown(event);
  });
  document.addEventListener('pointermove', event => panzoom.handleMove(event));
  document.addEventListener('pointerup', event => panzoom.handleUp(event));
  svg.addEventListener('click', event => {
    const isDrag = start && Math.hypot(event.clientX - start[0], event.clientY - start[1]) > 5;
    const box = event.target.closest('[data-node]');
    const arrow = event.target.closest('[data-call]');
    if (!isDrag && box) {
      page.choose(Number(box.dataset.node), false);
    } else if (!isDrag && arrow) {
      page.choose(data.calls[Number(arrow.dataset.call)][1], false);
    }
  });
  /** Of a picture with many boxes, moves a chosen one to the middle, in a size that can be read. */
  page.zoomTo = index => {
    const box = boxes[index].querySelector('rect');
    const [x, y, width, height] = ['x', 'y', 'width', 'height'].map(each => Number(box.getAttribute(each)));
    const { x: left, y: top, width: all, height: whole } = svg.viewBox.baseVal;
    const scale = Math.min(all / 1200, 12);
    if (scale > 1.5) {
      panzoom.zoom(scale, { animate: false });
      panzoom.pan((left + all / 2) / scale - x - width / 2, (top + whole / 2) / scale - y - height / 2, {
        force: true,
      });
    }
  };
  byId('in').addEventListener('click', () => panzoom.zoomIn());
  byId('out').addEventListener('click', () => panzoom.zoomOut());
  byId('fit').addEventListener('click', () => panzoom.reset());
  const KEYS = {
    ArrowLeft: () => panzoom.pan(60, 0, { relative: true }),
    ArrowRight: () => panzoom.pan(-60, 0, { relative: true }),
    ArrowUp: () => panzoom.pan(0, 60, { relative: true }),
    ArrowDown: () => panzoom.pan(0, -60, { relative: true }),
    '+': () => panzoom.zoomIn(),
    '-': () => panzoom.zoomOut(),
    0: () => panzoom.reset(),
  };
  graph.addEventListener('keydown', event => {
    const run = KEYS[event.key];
    if (run) {
      event.preventDefault();
      run();
    }
  });
  document.addEventListener('keydown', event => {
    const isTyping = ['INPUT', 'SELECT'].includes(event.target.tagName);
    if (event.key === '/' && !isTyping) {
      event.preventDefault();
      byId('search').focus();
    } else if (event.key === 'Escape') {
      byId('search').value = '';
      page.filter();
      page.choose(undefined, false);
    }
  });

  const namespaces = [...new Set(data.nodes.map(each => each.namespace))].filter(each => each !== '').sort();
  byId('namespace').append(...namespaces.map(each => make('option', { value: each }, each)));
  byId('compare').hidden = !data.isComparison;
  byId('differences').hidden = !data.isComparison;
  byId('tabs').append(
    ...Object.keys(VIEWS).map(each =>
      make('button', { type: 'button', role: 'tab', click: () => page.openView(each) }, each),
    ),
  );
  byId('tabs').addEventListener('keydown', event => {
    const names = Object.keys(VIEWS);
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by !== undefined) {
      page.openView(names[(names.indexOf(page.current()) + by + names.length) % names.length]);
      byId('tabs').querySelector('[aria-selected=true]').focus();
    }
  });
  ['search', 'namespace', 'side'].forEach(each => byId(each).addEventListener('input', page.filter));
  page.filter();
  const linked = data.nodes.findIndex(each => `#${encodeURIComponent(each.id)}` === location.hash);
  if (linked >= 0) {
    page.choose(linked, false);
    page.zoomTo(linked);
  }
  if (data.version !== undefined) {
    setInterval(() => {
      fetch('/version')
        .then(response => response.text())
        .then(version => {
          if (version !== data.version) {
            location.reload();
          }
        })
        .catch(() => undefined);
    }, 1000);
  }
})();
