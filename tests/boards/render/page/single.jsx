// Panels of single values: Grafana's own big numbers, bars and dials.

import { getDisplayValueAlignmentFactors, getFieldDisplayValues } from "@grafana/data";
import { BarGauge, BigValue, Gauge, VizRepeater } from "@grafana/ui";

const ONE = {
  stat: ({ value, count, width, height, alignmentFactors, options, theme }) => (
    <BigValue
      value={value.display} count={count} width={width} height={height} alignmentFactors={alignmentFactors} theme={theme}
      colorMode={options.colorMode} graphMode={options.graphMode} justifyMode={options.justifyMode} textMode={options.textMode}
      wideLayout={options.wideLayout} text={options.text}
    />
  ),
  bargauge: ({ value, width, height, orientation, alignmentFactors, options, theme }) => (
    <BarGauge
      value={value.display} field={value.field} display={value.view?.getFieldDisplayProcessor(value.colIndex ?? 0)} width={width}
      height={height} orientation={orientation} alignmentFactors={alignmentFactors} theme={theme} itemSpacing={8}
      displayMode={options.displayMode} showUnfilled={options.showUnfilled} valueDisplayMode={options.valueMode}
      namePlacement={options.namePlacement} text={options.text}
    />
  ),
  gauge: ({ value, width, height, options, theme }) => (
    <Gauge
      value={value.display} field={value.field} width={width} height={height} theme={theme} text={options.text}
      showThresholdLabels={options.showThresholdLabels} showThresholdMarkers={options.showThresholdMarkers}
    />
  ),
};

export function Single({ panel, frames, width, height, theme, timeZone, interpolate }) {
  const { options, fieldConfig, type } = panel;
  const values = () =>
    getFieldDisplayValues({
      data: frames, fieldConfig, reduceOptions: options.reduceOptions, replaceVariables: interpolate, theme, timeZone, sparkline: false,
    });
  return (
    <VizRepeater
      source={frames} getValues={values} getAlignmentFactors={getDisplayValueAlignmentFactors} width={width} height={height}
      orientation={options.orientation} minVizWidth={options.minVizWidth} minVizHeight={options.minVizHeight}
      autoGrid={type !== "bargauge"} itemSpacing={type === "bargauge" ? 8 : 6}
      renderValue={(one) => ONE[type]({ ...one, options, theme })}
    />
  );
}
