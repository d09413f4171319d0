// A chart that changes in place. SETTINGS, which the server puts before this, holds the templates of the
// light and the dark theme, the bundle beside this file, the greatest narrow width and the notice under a picture.
// The templates follow the theme's text and background, which streamlit gives as CSS variables and changes
// without a reload.

const CONFIG = {
  responsive: false,  // the observer below resizes, and changes the layout where it must
  displaylogo: false,
  doubleClick: 'reset',  // autorange would forget which axes are reversed
  modeBarButtons: [['resetScale2d', 'zoomIn2d', 'zoomOut2d']],
  topojsonURL: '',
  plotlyServerURL: '',
};

function loadPlotly() {
  window.fairvizPlotly ||= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = new URL(SETTINGS.bundle, import.meta.url).href;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      window.fairvizPlotly = undefined;  // the next refresh tries again
      reject(new Error('The chart library could not be loaded from ' + script.src));
    };
    document.head.appendChild(script);
  });
  return window.fairvizPlotly;
}

function luminance(colour) {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
  return (0.299 * r + 0.587 * g + 0.114 * b) / 255;
}

function themeOf(element) {
  const style = getComputedStyle(element);
  const paper = style.getPropertyValue('--st-background-color').trim() || '#ffffff';
  const ink = style.getPropertyValue('--st-text-color').trim() || '#000000';
  const base = luminance(paper) > 0.5 ? SETTINGS.light : SETTINGS.dark;
  const font = {...base.layout.font, color: ink};
  return {...base, layout: {...base.layout, paper_bgcolor: paper, plot_bgcolor: paper, font}};
}

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return JSON.parse(await new Response(stream).text());
}

async function draw(chart) {
  const {plotly, data, element} = chart;
  chart.isNarrow = undefined;
  if (!element.clientWidth) return;  // in a closed tab; the observer draws when it opens
  chart.isNarrow = element.clientWidth < SETTINGS.narrow;
  const figure = await unpacked(data.figure);
  if (chart.data.revision !== data.revision || !element.isConnected) return;  // a newer one draws itself
  const narrow = chart.isNarrow ? figure.layout.meta?.narrow : undefined;
  const {meta, ...layout} = {...figure.layout, ...narrow};
  const height = narrow?.height ?? data.height;
  element.style.height = height + 'px';
  await plotly.react(element, figure.data, {
    ...layout, height, width: element.clientWidth, autosize: false,
    template: themeOf(element), uirevision: data.key, datarevision: data.revision,
  }, {...CONFIG, displayModeBar: chart.isNarrow ? false : 'hover'});  // it would cover a phone's title
  element.dataset.revision = data.revision;
  describe(element, data.alt);
  const question = layout.title.text.replaceAll('<br>', ' ');
  element.nextElementSibling.setAttribute('aria-label', 'Download the chart: ' + question);
  listen(chart);
}

// The drawing is a picture, and the buttons above it are none of its parts.
function describe(element, alt) {
  const [first, ...others] = element.querySelectorAll('.main-svg');
  first.setAttribute('role', 'img');
  first.setAttribute('aria-label', alt);
  for (const other of others) other.setAttribute('aria-hidden', 'true');
}

function listen(chart) {
  if (chart.isListening) return;
  chart.isListening = true;
  chart.element.on('plotly_click', ({points}) => {
    const id = points[0]?.customdata;
    if (typeof id === 'string') chart.setTriggerValue('point', id);
  });
}

function wrap(text, most) {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines.at(-1).length + word.length > most) lines.push('');
    lines.push(`${lines.pop()} ${word}`.trim());
  }
  return lines;
}

// What is drawn, on white paper with room below for the notice. A picture has no fonts of a page: a face that
// every machine has leaves room for every name.
function sheet({element}) {
  const {width, height, _size: {l, b}} = element._fullLayout;
  const lines = wrap(SETTINGS.notice, width / 6);
  const room = 8 + 15 * lines.length;
  const layout = structuredClone(element.layout);
  layout.font = {...layout.font, family: 'Arial, Helvetica, sans-serif'};
  Object.assign(layout, {template: SETTINGS.light, height: height + room});
  layout.margin.b = b + room;
  layout.annotations = [...(layout.annotations ?? []), {
    text: lines.join('<br>'), align: 'left', showarrow: false, font: {size: 11},
    xref: 'paper', x: 0, xanchor: 'left', xshift: 2 - l,
    yref: 'paper', y: 0, yanchor: 'top', yshift: -b,
  }];
  return {data: structuredClone(element.data), layout};
}

function saveImage(chart, format) {
  const figure = sheet(chart);
  return chart.plotly.downloadImage(figure, {
    format, filename: chart.data.name, width: figure.layout.width, height: figure.layout.height,
    scale: format === 'png' ? 2 : 1,
  });
}

// The numbers are asked for, and come with the next run of the page.
function askForTable(chart) {
  chart.asked = String(Date.now());
  chart.setTriggerValue('table', chart.asked);
}

function saveTable(chart) {
  const {table, name} = chart.data;
  if (!table || table.asked !== chart.asked) return;
  chart.asked = undefined;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([table.csv], {type: 'text/csv;charset=utf-8'}));
  link.download = `${name}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}

function offerDownloads(chart) {
  for (const button of chart.element.nextElementSibling.querySelectorAll('button')) {
    const format = button.value;
    button.onclick = () => (format === 'csv' ? askForTable(chart) : saveImage(chart, format));
  }
}

function resize(chart) {
  const {plotly, data, element} = chart;
  if (!data || !element.clientWidth) return;
  if (chart.isNarrow !== element.clientWidth < SETTINGS.narrow) draw(chart);
  else if (element._fullLayout && element.clientWidth !== element._fullLayout.width)
    plotly.relayout(element, {width: element.clientWidth});
}

const charts = new WeakMap();

function mount(plotly, element) {
  const chart = {plotly, element};
  const observer = new ResizeObserver(() => resize(chart));
  observer.observe(element);
  chart.stop = () => {
    observer.disconnect();
    charts.delete(element);
    plotly.purge(element);
  };
  charts.set(element, chart);
  offerDownloads(chart);
  return chart;
}

export default async function ({parentElement, data, setTriggerValue}) {
  const element = parentElement.querySelector('.fairviz-chart');
  const plotly = await loadPlotly();
  if (!element.isConnected) return undefined;
  const chart = charts.get(element) ?? mount(plotly, element);
  const theme = JSON.stringify(themeOf(element));
  const isSame = chart.theme === theme && chart.data.revision === data.revision
    && chart.data.height === data.height;
  Object.assign(chart, {data, theme, setTriggerValue});
  saveTable(chart);  // before drawing: what comes meanwhile may be without it
  if (!isSame) await draw(chart);
  return chart.stop;
}
