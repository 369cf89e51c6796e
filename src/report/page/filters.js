// SPDX-License-Identifier: BSD-3-Clause
// The filters of a first convolution as little pictures.

// One filter: a square for each weight, grey between the ends of a scale that all filters share, or
// in the colours of three channels.
function filterPicture(filter, k, largest) {
  const {channels, height, width} = filter;
  const values = filter.values[k];
  const level = (channel, place) => {
    const value = values[(channels === 1 ? 0 : channel) * height * width + place];
    return Math.round(255 * (0.5 + 0.5 * value / largest));
  };
  const title = `filter ${k}`;
  const svg = makeSvg("svg", {viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title,
                              "shape-rendering": "crispEdges"}, makeSvg("title", {}, title));
  for (let place = 0; place < height * width; ++place) {
    svg.append(makeSvg("rect", {
      x: place % width, y: Math.floor(place / width), width: 1, height: 1,
      fill: `rgb(${[0, 1, 2].map((channel) => level(channel, place)).join(",")})`}));
  }
  return svg;
}

function filtersAsSvg(filter, largest) {
  const [size, gap] = [56, 8];
  const columns = Math.min(8, filter.values.length);
  const [width, height] = [gap + columns * (size + gap),
                           gap + Math.ceil(filter.values.length / columns) * (size + gap)];
  const svg = makeSvg("svg", {width, height, viewBox: `0 0 ${width} ${height}`});
  filter.values.forEach((_, k) => {
    const picture = filterPicture(filter, k, largest);
    picture.setAttribute("x", gap + k % columns * (size + gap));
    picture.setAttribute("y", gap + Math.floor(k / columns) * (size + gap));
    picture.setAttribute("width", size);
    picture.setAttribute("height", size);
    svg.append(picture);
  });
  return backed(svg, width, height);
}

function filterCard({name, filters}) {
  const {item, count, channels, height, width, values} = filters;
  const largest = Math.max(...values.flat().map(Math.abs), 1e-12);
  const picture = make("div", {class: "filters"}, ...values.map((_, k) => filterPicture(filters, k, largest)));
  picture.saver = {
    svg: () => filtersAsSvg(filters, largest),
    rows: () => [["filter", "channel", "row", "column", "weight"],
                 ...values.flatMap((filter, k) => filter.map((value, i) => [
                   k, Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width, value]))],
  };
  const shades = channels === 1 ? "Grey is a weight of 0, white" : "Each channel is a colour: grey is a weight of 0, full";
  return card(`Filters of network ${name}`, picture,
    `${values.length < count ? `The first ${values.length} of ${count} filters` : plural(count, "filter")} ` +
    `of ${item}, ${height} × ${width}. ${shades} ${significant(largest, 3)}, black −${significant(largest, 3)}.`, "wide");
}

// Nothing where no network begins with a convolution of images.
function filtersSection() {
  const networks = (content.model?.networks ?? []).filter((network) => network.filters);
  return networks.length
    ? [section("Filters", make("div", {class: "cards"}, ...networks.map(filterCard)))] : [];
}
