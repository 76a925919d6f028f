// Draws a Grafana dashboard from its JSON: asks a Prometheus API its panels' queries as Grafana's data source does and gives the answers to
// Grafana's own components. What stands in the Grafana server (its panels' defaults, its data source) is repeated here as far as our dashboards need it.
import '@fontsource/inter/400.css';
import '@fontsource/inter/500.css';
import {
  applyFieldOverrides, cacheFieldDisplayNames, createDataFrame, createTheme, DataFrame, dateTime, FieldConfigOptionsRegistry, FieldConfigSource, FieldDisplay, FieldType,
  getDisplayValueAlignmentFactors, getFieldDisplayValues, identityOverrideProcessor, rangeUtil, standardTransformers, standardTransformersRegistry,
  ThemeContext, TimeRange, transformDataFrame, VizOrientation,
} from '@grafana/data';
import { BarGauge, BigValue, GlobalStyles, PanelChrome, TimeSeries, UPlotConfigBuilder, VizRepeater } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import { cloneDeep, defaultsDeep } from 'lodash';
import { useLayoutEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { lastValueFrom } from 'rxjs';

interface Setup {
  dashboard: any;
  url: string;
  authorization: string;
  variables: Record<string, string>;
  from: number;
  to: number;
  width: number;
}
interface Mark {
  time: number;
  color: string;
}

const ROW = 30;  // of Grafana's grid, in pixels, and the gap between panels
const GAP = 8;
const SCRAPE_INTERVAL = '15s';  // what the Prometheus data source takes where nothing is set
const theme = createTheme({ colors: { mode: 'dark' } });

// What Grafana's panels and fields are without settings.
const FIELD_DEFAULTS = { thresholds: { mode: 'absolute', steps: [{ value: -Infinity, color: 'green' }, { value: 80, color: 'red' }] }, mappings: [] };
const TYPE_DEFAULTS: Record<string, { field: any; options: any }> = {
  timeseries: {
    field: { color: { mode: 'palette-classic' }, custom: { drawStyle: 'line', lineInterpolation: 'linear', lineWidth: 1, fillOpacity: 0, gradientMode: 'none',
      pointSize: 5, showPoints: 'auto', spanNulls: false, axisPlacement: 'auto', axisGridShow: true, scaleDistribution: { type: 'linear' },
      stacking: { mode: 'none', group: 'A' }, thresholdsStyle: { mode: 'off' }, hideFrom: { tooltip: false, viz: false, legend: false } } },
    options: { legend: { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] } },
  },
  stat: {
    field: { color: { mode: 'thresholds' } },
    options: { reduceOptions: { values: false, calcs: ['lastNotNull'], fields: '' }, graphMode: 'area', colorMode: 'value', justifyMode: 'auto', textMode: 'auto' },
  },
  bargauge: {
    field: { color: { mode: 'thresholds' } },
    options: { reduceOptions: { values: false, calcs: ['lastNotNull'], fields: '' }, displayMode: 'gradient', orientation: 'auto', showUnfilled: true,
      valueMode: 'color', namePlacement: 'auto', sizing: 'auto' },
  },
  table: {
    field: { color: { mode: 'thresholds' }, custom: { align: 'auto', cellOptions: { type: 'auto' }, inspect: false, filterable: false } },
    options: { showHeader: true, cellHeight: 'sm' },
  },
};

const AUTO_SIZES = { minVizWidth: 8, minVizHeight: 16, maxVizHeight: 300 };  // of bar gauges whose sizing is not manual
const PROPERTIES = ['unit', 'displayName', 'decimals', 'min', 'max', 'color', 'thresholds', 'mappings', 'noValue', 'links'];
const CUSTOM_PROPERTIES = ['drawStyle', 'lineWidth', 'lineStyle', 'fillOpacity', 'lineInterpolation', 'pointSize', 'showPoints', 'spanNulls', 'axisPlacement',
  'hideFrom', 'align', 'width', 'cellOptions', 'wrapText'];

function property(path: string, isCustom: boolean): any {
  return { id: isCustom ? `custom.${path}` : path, path, isCustom, name: path, process: identityOverrideProcessor, shouldApply: () => true, override: () => null,
    editor: () => null };
}

const registry = new FieldConfigOptionsRegistry(() => [...PROPERTIES.map((path) => property(path, false)), ...CUSTOM_PROPERTIES.map((path) => property(path, true))]);

class Database {
  constructor(private setup: Setup) {}

  private range(): TimeRange {
    const from = dateTime(this.setup.from), to = dateTime(this.setup.to);
    return { from, to, raw: { from, to } };
  }

  private expression(text: string, interval: string): string {
    const values: Record<string, string> = { ...this.setup.variables, __interval: interval, __range: `${Math.round((this.setup.to - this.setup.from) / 1000)}s` };
    return text.replace(/\$(\w+)/g, (whole, name) => values[name] ?? whole);
  }

  private async get(path: string, parameters: Record<string, string>): Promise<any[]> {
    const answer = await fetch(`${this.setup.url}/api/v1/${path}?${new URLSearchParams(parameters)}`, { headers: { Authorization: this.setup.authorization } });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${parameters.query}: ${text}`);
    return JSON.parse(text).data.result;
  }

  /** Series over the whole range, one point a step. */
  private async series(expr: string, points: number, least: string) {
    const { interval, intervalMs } = rangeUtil.calculateInterval(this.range(), points, least);
    const align = (time: number) => String((Math.floor(time / intervalMs) * intervalMs) / 1000);
    return this.get('query_range', { query: this.expression(expr, interval), start: align(this.setup.from), end: align(this.setup.to), step: String(intervalMs / 1000) });
  }

  async frames(target: any, width: number, least?: string): Promise<DataFrame[]> {
    if (target.instant) {
      const found = await this.get('query', { query: this.expression(target.expr, SCRAPE_INTERVAL), time: String(this.setup.to / 1000) });
      return target.format === 'table' ? [table(target, found)] : found.map((one) => frame(target, one.metric, [one.value]));
    }
    return (await this.series(target.expr, Math.floor(width), least ?? SCRAPE_INTERVAL)).map((one) => frame(target, one.metric, one.values));
  }

  async marks(annotation: any): Promise<Mark[]> {
    const found = await this.series(annotation.expr, 11000, annotation.step);
    return found.flatMap((one) => {
      const times = one.values.map(([time, value]: [number, string]) => (annotation.useValueForTime ? Number(value) : time * 1000));
      return [{ time: times[0], color: theme.visualization.getColorByName(annotation.iconColor) }];
    });
  }
}

function frame(target: any, labels: Record<string, string>, values: Array<[number, string]>): DataFrame {
  const name = target.legendFormat ? target.legendFormat.replace(/{{\s*(\w+)\s*}}/g, (_: string, label: string) => labels[label] ?? '') : undefined;
  return createDataFrame({
    refId: target.refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: values.map(([time]) => time * 1000) },
      { name: 'Value', type: FieldType.number, labels, config: name ? { displayNameFromDS: name } : {}, values: values.map(([, value]) => Number(value)) },
    ],
  });
}

/** One row for each series: time, labels, value. */
function table(target: any, found: any[]): DataFrame {
  const labels = [...new Set(found.flatMap((one) => Object.keys(one.metric)))].sort();
  return createDataFrame({
    refId: target.refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: found.map((one) => one.value[0] * 1000) },
      ...labels.map((label) => ({ name: label, type: FieldType.string, values: found.map((one) => one.metric[label] ?? '') })),
      { name: 'Value', type: FieldType.number, values: found.map((one) => Number(one.value[1])) },
    ],
  });
}

interface Drawn {
  panel: any;
  data: DataFrame[];
  fieldConfig: FieldConfigSource;
  options: any;
}

async function prepare(panel: any, answers: DataFrame[][]): Promise<Drawn> {
  const defaults = TYPE_DEFAULTS[panel.type];
  const fieldConfig = cloneDeep(panel.fieldConfig);
  defaultsDeep(fieldConfig.defaults, cloneDeep(defaults.field));
  fieldConfig.defaults.thresholds ??= FIELD_DEFAULTS.thresholds;
  fieldConfig.defaults.mappings ??= FIELD_DEFAULTS.mappings;
  const transformed = await lastValueFrom(transformDataFrame(panel.transformations ?? [], answers.flat()));
  const data = applyFieldOverrides({ data: transformed, fieldConfig, fieldConfigRegistry: registry, replaceVariables: (text) => text, theme, timeZone: 'utc' });
  cacheFieldDisplayNames(data);
  return { panel, data, fieldConfig, options: defaultsDeep(cloneDeep(panel.options), cloneDeep(defaults.options)) };
}

interface Size {
  width: number;
  height: number;
}

function Marks({ config, marks }: { config: UPlotConfigBuilder; marks: Mark[] }) {
  useLayoutEffect(() => {
    config.addHook('draw', (plot) => {
      for (const mark of marks) {
        const x = plot.valToPos(mark.time, 'x', true);
        if (x < plot.bbox.left || x > plot.bbox.left + plot.bbox.width) continue;
        plot.ctx.save();
        plot.ctx.strokeStyle = mark.color;
        plot.ctx.setLineDash([5, 5]);
        plot.ctx.lineWidth = 2;
        plot.ctx.beginPath();
        plot.ctx.moveTo(x, plot.bbox.top);
        plot.ctx.lineTo(x, plot.bbox.top + plot.bbox.height);
        plot.ctx.stroke();
        plot.ctx.restore();
      }
    });
  }, [config, marks]);
  return null;
}

function Content({ drawn, marks, range, width, height }: Size & { drawn: Drawn; marks: Mark[]; range: TimeRange }) {
  const { panel, data, options, fieldConfig } = drawn;
  if (!data.some((one) => one.length > 0)) return <div className="no-data">No data</div>;
  if (panel.type === 'timeseries') {
    return (
      <TimeSeries frames={data} width={width} height={height} timeRange={range} timeZone="utc" legend={options.legend} options={options}>
        {(config) => <Marks config={config} marks={marks} />}
      </TimeSeries>
    );
  }
  if (panel.type === 'table') return <TableNG data={data[0]} width={width} height={height} fieldConfig={fieldConfig} cellHeight={options.cellHeight} sortBy={options.sortBy} />;
  const values = () => getFieldDisplayValues({ fieldConfig, reduceOptions: options.reduceOptions, replaceVariables: (text) => text, theme, data, timeZone: 'utc' });
  const one = panel.type === 'stat'
    ? (props: any) => <BigValue {...props} value={(props.value as FieldDisplay).display} theme={theme} count={props.count} colorMode={options.colorMode}
        graphMode={options.graphMode} justifyMode={options.justifyMode} textMode={options.textMode} text={options.text ?? {}} />
    : (props: any) => <BarGauge {...props} value={(props.value as FieldDisplay).display} field={props.value.field}
        display={props.value.view?.getFieldDisplayProcessor(props.value.colIndex)} theme={theme} itemSpacing={10} lcdCellWidth={12}
        displayMode={options.displayMode} text={options.text ?? {}} showUnfilled={options.showUnfilled}
        valueDisplayMode={options.valueMode} namePlacement={options.namePlacement} />;
  return (
    <VizRepeater source={data} getValues={values} renderValue={one} renderCounter={0} width={width} height={height} autoGrid={panel.type === 'stat'}
      getAlignmentFactors={(all) => getDisplayValueAlignmentFactors(all as FieldDisplay[])}
      orientation={options.orientation ?? VizOrientation.Auto} {...sizes(panel.type, options)}
      itemSpacing={panel.type === 'bargauge' ? 10 : undefined} />
  );
}

function sizes(type: string, options: any) {
  if (type === 'stat') return {};
  const { minVizWidth, minVizHeight, maxVizHeight } = options;
  return options.sizing === 'manual' ? { minVizWidth, minVizHeight, maxVizHeight } : AUTO_SIZES;
}

function place(panel: any, width: number) {
  const column = (width - GAP) / 24;
  const { x, y, w, h } = panel.gridPos;
  return { left: GAP + x * column, top: GAP + y * (ROW + GAP), width: w * column - GAP, height: h * (ROW + GAP) - GAP };
}

function Dashboard({ setup, panels, marks }: { setup: Setup; panels: Drawn[]; marks: Mark[] }) {
  const from = dateTime(setup.from).utc(), to = dateTime(setup.to).utc();
  const height = Math.max(...panels.map(({ panel }) => panel.gridPos.y + panel.gridPos.h)) * (ROW + GAP) + GAP;
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <h1 className="title">{setup.dashboard.title}<span>{`${from.format('YYYY-MM-DD HH:mm:ss')} to ${to.format('HH:mm:ss')} UTC`}</span></h1>
      <div style={{ position: 'relative', height }}>
        {panels.map((drawn) => {
          const at = place(drawn.panel, setup.width);
          return (
            <div key={drawn.panel.id} style={{ position: 'absolute', ...at }}>
              <PanelChrome title={drawn.panel.title} width={at.width} height={at.height} padding={drawn.panel.type === 'table' ? 'none' : undefined}>
                {(width, height) => <Content drawn={drawn} marks={marks} range={{ from, to, raw: { from, to } }} width={width} height={height} />}
              </PanelChrome>
            </div>
          );
        })}
      </div>
    </ThemeContext.Provider>
  );
}

async function draw(setup: Setup) {
  const database = new Database(setup);
  const panels = await Promise.all(setup.dashboard.panels.map(async (panel: any) => {
    const { width } = place(panel, setup.width);
    return prepare(panel, await Promise.all(panel.targets.map((target: any) => database.frames(target, width, panel.interval))));
  }));
  const marks = (await Promise.all(setup.dashboard.annotations.list.map((annotation: any) => database.marks(annotation)))).flat();
  document.head.insertAdjacentHTML('beforeend', `<style>
    body { margin: 0; background: ${theme.colors.background.canvas}; }
    .title { font: 500 18px Inter; color: ${theme.colors.text.primary}; margin: 12px 12px 4px !important; }
    .title span { font-size: 12px; color: ${theme.colors.text.secondary}; margin-left: 16px; }
    .no-data { color: ${theme.colors.text.secondary}; text-align: center; padding-top: 30px; }</style>`);
  createRoot(document.getElementById('page')!).render(<Dashboard setup={setup} panels={panels} marks={marks} />);
}

const TRANSFORMATIONS: Array<{ id: string; name: string }> = [standardTransformers.organizeFieldsTransformer, standardTransformers.labelsToFieldsTransformer,
  standardTransformers.mergeTransformer];
standardTransformersRegistry.setInit(() => TRANSFORMATIONS.map((one) => ({ id: one.id, name: one.name, transformation: () => Promise.resolve(one as any),
  editor: () => null, imageDark: '', imageLight: '' })));

Object.assign(window, {
  drawDashboard: (setup: Setup) => {
    draw(setup).then(() => { document.body.dataset.state = 'drawn'; }, (error) => { document.body.dataset.state = String(error.stack ?? error); });
  },
});
