// Weekly intake and closure: light bars for intake, one dark line for closure, the running week apart.
// The figures, their words and the addresses of their rows come from the page's JSON block.
(() => {
  const box = document.getElementById("weekly");
  const block = document.getElementById("weekly-data");
  if (!box || !block || !window.echarts) return;
  const data = JSON.parse(block.textContent);
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const line = token("--yq-line"), accent = token("--yq-accent"), soft = token("--yq-accent-line");
  const last = data.weeks.length - 1;
  const text = { color: token("--yq-ink-3"), fontSize: 12, fontFamily: getComputedStyle(document.body).fontFamily };
  const { raised, closed } = data.words;

  box.hidden = false;
  // canvas, and a tooltip drawn in it: the content policy allows no style inside markup
  const chart = window.echarts.init(box, null, { renderer: "canvas" });
  chart.setOption({
    animation: false,
    textStyle: text,
    grid: { left: 32, right: 8, top: 28, bottom: 26 },
    legend: { left: 0, top: 0, itemWidth: 14, itemHeight: 8, textStyle: text, data: [raised, closed] },
    tooltip: { trigger: "axis", renderMode: "richText", textStyle: { fontSize: 13 } },
    xAxis: {
      type: "category", data: data.weeks, axisTick: { show: false },
      axisLine: { lineStyle: { color: token("--yq-line-strong") } },
      axisLabel: { ...text, interval: (i) => i === last || (i % 3 === 0 && i < last - 1) },
    },
    yAxis: { type: "value", splitNumber: 3, minInterval: 1, splitLine: { lineStyle: { color: line } }, axisLabel: text },
    series: [
      { name: raised, type: "bar", barWidth: "56%", itemStyle: { color: soft },
        data: data.raised.map((v, i) => (i === last ? { value: v, itemStyle: { color: "transparent", borderColor: accent, borderType: "dashed" } } : v)) },
      { name: closed, type: "line", symbol: "circle", symbolSize: 5, lineStyle: { color: accent, width: 2 }, itemStyle: { color: accent },
        data: data.closed.map((v, i) => (i === last ? null : v)) },
      // the running week is a point of its own: joined to the line it would read as a fall
      { name: closed, type: "scatter", symbol: "emptyCircle", symbolSize: 7, itemStyle: { color: accent },
        data: data.closed.map((v, i) => (i === last ? v : null)) },
    ],
  });
  chart.on("click", (mark) => {
    const urls = mark.seriesName === closed ? data.closed_urls : data.raised_urls;
    window.location.href = urls[mark.dataIndex];
  });
  window.addEventListener("resize", () => chart.resize());
})();
