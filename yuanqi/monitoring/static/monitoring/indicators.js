// A year of one measure, and its industries or areas: this period's bars beside last year's.
// Numbers, words and the addresses of their rows come from the page's JSON blocks.
(() => {
  if (!window.echarts) return;
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const line = token("--yq-line"), accent = token("--yq-accent"), soft = token("--yq-accent-line");
  const text = { color: token("--yq-ink-3"), fontSize: 12, fontFamily: getComputedStyle(document.body).fontFamily };

  const read = (id) => {
    const box = document.getElementById(id), block = document.getElementById(id + "-data");
    if (!box || !block) return null;
    const data = JSON.parse(block.textContent);
    return data.labels.length && data.value.some((v) => v !== null) ? [box, data] : null;
  };
  const show = (box, data, option) => {
    box.hidden = false;
    // canvas, and a tooltip drawn in it: the content policy allows no style inside markup
    const chart = window.echarts.init(box, null, { renderer: "canvas" });
    chart.setOption({
      animation: false, textStyle: text,
      tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" }, textStyle: { fontSize: 13 },
                 valueFormatter: (v) => (v === null || v === undefined ? "—" : v.toLocaleString() + " " + data.unit) },
      ...option,
    });
    chart.on("click", (mark) => { if (data.urls[mark.dataIndex]) window.location.href = data.urls[mark.dataIndex]; });
    window.addEventListener("resize", () => chart.resize());
  };
  const legend = (names) => ({ left: 0, top: 0, itemWidth: 14, itemHeight: 8, textStyle: text, data: names });

  const months = read("by-month");
  if (months) {
    const [box, data] = months, { value, before, ahead } = data.words;
    const drawn = (color) => ({ itemStyle: { color, borderColor: accent, borderType: "dashed" } });
    const tint = token("--yq-accent-tint");
    show(box, data, {
      grid: { left: 8, right: 8, top: 28, bottom: 8, containLabel: true },
      legend: legend([value, before]),
      xAxis: { type: "category", data: data.labels, axisTick: { show: false }, axisLabel: text,
               axisLine: { lineStyle: { color: token("--yq-line-strong") } } },
      yAxis: { type: "value", splitNumber: 3, splitLine: { lineStyle: { color: line } }, axisLabel: text },
      series: [
        { name: value, type: "bar", barWidth: "56%", itemStyle: { color: soft },
          // what is expected, and the month that is still coming in, are drawn apart
          data: data.value.map((v, i) => (data.ahead[i] ? { value: v, name: ahead, ...drawn("transparent") }
            : data.partial[i] ? { value: v, ...drawn(tint) } : v)) },
        { name: before, type: "line", symbol: "circle", symbolSize: 5, lineStyle: { color: accent, width: 2 },
          itemStyle: { color: accent }, data: data.before.map((v, i) => (data.partial[i] ? null : v)) },
        // a point of its own: joined to the line it would read as a fall
        { name: before, type: "scatter", symbol: "emptyCircle", symbolSize: 7, itemStyle: { color: accent },
          data: data.before.map((v, i) => (data.partial[i] ? v : null)) },
      ],
    });
  }

  const parts = read("by-part");
  if (parts) {
    const [box, data] = parts, { value, before } = data.words;
    // a Han letter is as wide as two or three Latin ones
    const most = (name) => (/[\u4e00-\u9fff]/.test(name) ? 9 : 24);
    const cut = (name) => (name.length > most(name) ? name.slice(0, most(name) - 1) + "…" : name);
    show(box, data, {
      grid: { left: 8, right: 36, top: 28, bottom: 8, containLabel: true },
      legend: legend([value, before]),
      xAxis: { type: "value", splitNumber: 3, splitLine: { lineStyle: { color: line } }, axisLabel: { ...text, hideOverlap: true } },
      yAxis: { type: "category", inverse: true, data: data.labels, axisTick: { show: false },
               axisLabel: { ...text, formatter: cut }, axisLine: { lineStyle: { color: token("--yq-line-strong") } } },
      series: [
        { name: value, type: "bar", barWidth: "34%", itemStyle: { color: accent }, data: data.value },
        { name: before, type: "bar", barWidth: "34%", itemStyle: { color: soft }, data: data.before },
      ],
    });
  }
})();
