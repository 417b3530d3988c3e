// What Grafana shows in a panel without data.

export const Nothing = ({ panel }) => <div className="nothing">{panel.fieldConfig.defaults.noValue ?? "No data"}</div>;
