namespace Temoto.Simulation.Report;

/// <summary>How reports look: system fonts, light and dark, phone, desk and paper.</summary>
internal static class StyleSheet
{
    public const string Css = """

        :root{--paper:#f6f6f3;--card:#fff;--ink:#1b1f24;--quiet:#5a636e;--line:#e2e3e0;--accent:#0a6b63;--good:#0b6b3a;--bad:#a8261c;
        --fetch:#3a78c9;--compute:#12988a;--store:#dd8a2a;--launch:#8d939c;--weights:#3a78c9;--activations:#12988a;--intermediates:#dd8a2a;--kv:#8a62b8;
        --tphs:#12786e;--gemm:#b9581a;--on-strong:#fff;--track:#eff0ed}
        @media screen and (prefers-color-scheme:dark){:root{--paper:#0f1214;--card:#171b1e;--ink:#e7eaec;--quiet:#9ba5ae;--line:#2a3035;--accent:#55c7b8;--good:#69d29a;--bad:#ff8d80;
        --fetch:#6aa5ee;--compute:#3fbfae;--store:#f0a755;--launch:#8b939c;--weights:#6aa5ee;--activations:#3fbfae;--intermediates:#f0a755;--kv:#b793e0;
        --tphs:#4fc9b8;--gemm:#f09a5c;--on-strong:#0f1214;--track:#22282c}
        rect.strength3{fill-opacity:.46!important}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0 auto;padding:28px 24px 64px;max-width:1120px;background:var(--paper);color:var(--ink);
        font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Hiragino Sans","Noto Sans JP","Noto Sans CJK JP","Yu Gothic UI",Meiryo,sans-serif}
        h1,h2,h3,h4,p,figure,dl,dd,ul{margin:0;padding:0}
        h1{font-size:28px;line-height:1.2;font-weight:650;letter-spacing:-.01em;overflow-wrap:anywhere}
        h2{font-size:21px;line-height:1.3;font-weight:650;margin:44px 0 8px;overflow-wrap:anywhere}
        h3{font-size:16px;font-weight:650;margin:30px 0 8px;overflow-wrap:anywhere}
        h4{font-size:14.5px;font-weight:650;margin:0 0 4px}
        .kicker{color:var(--accent);font-size:13px;font-weight:600;margin-bottom:4px}
        .note,.hint{color:var(--quiet);font-size:13px;line-height:1.45;overflow-wrap:anywhere}
        .note{max-width:100ch;margin-bottom:8px}
        div.hint{margin-top:2px}
        .none{color:var(--quiet)}
        .card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:18px 20px;margin:14px 0}
        header .note{margin:4px 0 0}
        .top>.note{margin-top:10px}
        .number{font-variant-numeric:tabular-nums;font-weight:600;white-space:nowrap}
        .unit{font-weight:400;font-size:.8em;color:var(--quiet)}
        .label{display:inline-block;vertical-align:.12em;font-size:10.5px;line-height:15px;font-weight:500;padding:0 6px;border:1px solid var(--line);border-radius:8px;color:var(--quiet);background:var(--paper);white-space:nowrap}
        .simulated{border-color:var(--fetch)}.computed{border-color:var(--compute)}.measured{border-color:var(--good)}.published{border-color:var(--kv)}.assumed{border-style:dashed;border-color:var(--store)}
        .answer{display:grid;grid-template-columns:minmax(270px,5fr) 8fr;gap:20px 32px;align-items:start}
        .name{color:var(--quiet);font-size:13px}
        .big{line-height:1.15;margin:2px 0 6px}
        .big .number{font-size:56px;font-weight:680;letter-spacing:-.02em;word-spacing:-.16em}
        .big .unit{font-size:18px;letter-spacing:0}
        .verdict{display:flex;flex-wrap:wrap;gap:0 10px;align-items:baseline}
        .mark{font-weight:650}.good{color:var(--good)}.bad{color:var(--bad)}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:16px 24px}
        .tile .number{font-size:21px}
        .tile .hint .label,.verdict .label{font-size:10px}
        .labels{display:grid;gap:6px}
        .labels div{display:grid;grid-template-columns:110px 1fr;gap:8px}
        .labels dd{color:var(--quiet);font-size:13px}
        .charts{display:grid;grid-template-columns:1fr 1fr;gap:0 20px}
        .charts>*{min-width:0}
        .chart{display:block;width:100%;max-width:500px;height:auto;margin:8px auto 0;overflow:visible;font-family:inherit}
                .chart text{fill:var(--ink)}
        .chart text.quiet{fill:var(--quiet)}
        .chart text.strong{font-weight:650}
        .chart .grid{stroke:var(--line);stroke-width:1}.chart .axis{stroke:var(--quiet);stroke-width:1}
        .track{fill:var(--track)}
        .fetch{fill:var(--fetch);background:var(--fetch)}.compute{fill:var(--compute);background:var(--compute)}.store{fill:var(--store);background:var(--store)}.launch{fill:var(--launch);background:var(--launch)}
        .weights{fill:var(--weights)}.activations{fill:var(--activations)}.intermediates{fill:var(--intermediates)}.kv{fill:var(--kv)}
        .roof{stroke:var(--quiet);stroke-width:1.5}
        .dot{fill:var(--accent);stroke:var(--card);stroke-width:1.5}
        .line{fill:none;stroke-width:2.25;stroke-linejoin:round}
        .seriesa{stroke:var(--fetch);background:var(--fetch)}.seriesb{stroke:var(--store);background:var(--store);stroke-dasharray:7 4}.seriesc{stroke:var(--compute);background:var(--compute);stroke-dasharray:2 4}.seriesd{stroke:var(--kv);background:var(--kv);stroke-dasharray:10 3 2 3}
        .point{fill:var(--card);stroke-width:2;stroke-dasharray:none}
        rect.tphs{fill:var(--tphs)}rect.gemm{fill:var(--gemm)}
        span.tphs{background:var(--tphs)}span.gemm{background:var(--gemm)}
        rect.strength1{fill-opacity:.14}rect.strength2{fill-opacity:.32}rect.strength3{fill-opacity:.62}
        .chart text.on4{fill:var(--on-strong)}
        .crossing{fill:none;stroke:var(--ink);stroke-width:2}.crossing-back{fill:none;stroke:var(--card);stroke-width:5}
        .heat{margin:8px 0 0}.crossing-swatch{height:3px!important;background:var(--ink)}
        .legend{display:flex;flex-wrap:wrap;gap:2px 16px;list-style:none;font-size:13px;color:var(--quiet)}
        .legend li{display:inline-flex;align-items:center;gap:6px}
        .swatch{display:inline-block;width:14px;height:9px;border-radius:2px}
        table{border-collapse:collapse;width:100%;font-size:13.5px}
        th,td{text-align:left;vertical-align:top;padding:7px 18px 7px 0;border-top:1px solid var(--line);overflow-wrap:break-word}
        th:last-child,td:last-child{padding-right:0}
        .table{overflow-x:auto}
        thead th,thead td{border-top:0;color:var(--quiet);font-weight:500;vertical-align:bottom}
        tbody th{font-weight:550}
        .n{text-align:right;font-variant-numeric:tabular-nums}
        td .hint,th .hint{display:block}
        .scroll th,.scroll td{overflow-wrap:normal;white-space:nowrap}
        .scroll thead .label{display:block;width:max-content;margin:2px 0 0}.scroll thead .n .label{margin-left:auto}
        td.n{white-space:nowrap}
        .dense table{font-size:12.5px}.dense th,.dense td{padding-right:9px}.dense .label{font-size:9px;padding:0 4px}
        .figures th{width:32%}.figures td:nth-child(2){width:20%}
        .compare th,.compare td{white-space:normal;min-width:112px}
        .compare .unit{font-size:13px;white-space:nowrap}.compare th .hint{font-weight:400}.compare .number{line-height:1.3}
        .compare thead th{color:var(--ink);font-weight:650;font-size:15px}
        .compare tbody th{color:var(--quiet);font-weight:500}
        .compare .number{font-size:17px}
        .compare tbody tr:first-child .number{font-size:26px}
        .decisions{list-style:none;font-size:13px;font-variant-numeric:tabular-nums}
        .decisions li{padding:4px 0;overflow-wrap:anywhere}
        .decisions li+li{border-top:1px solid var(--line)}
        footer{margin-top:40px;color:var(--quiet);font-size:13px}
        @media screen and (max-width:720px){
        body{padding:16px 12px 40px}h1{font-size:21px}h2{font-size:19px;margin-top:34px}
        .card{padding:14px;border-radius:10px}
        .answer{grid-template-columns:1fr;gap:14px}.big .number{font-size:48px}
        .tiles{grid-template-columns:1fr 1fr;gap:12px 14px}.tile .number{font-size:19px}
        .charts{grid-template-columns:1fr}
        .labels div{grid-template-columns:1fr;gap:0}
        .stack thead{display:none}.stack,.stack table,.stack tbody{display:block}
        .stack tr{display:block;padding:10px 0;border-top:1px solid var(--line)}.stack tr:first-child{border-top:0}
        .stack th,.stack td{display:grid;grid-template-columns:116px 1fr;column-gap:10px;border:0;padding:1px 0;text-align:left}
        .stack td::before{content:attr(data-label);color:var(--quiet)}
        .tile.wide{grid-column:1/-1}
        .stack tbody th{display:block}
        .compare th,.compare td{min-width:104px;padding-right:8px}.compare tbody th,.compare thead td{min-width:84px;position:sticky;left:0;background:var(--card)}.compare tbody tr:first-child .number{font-size:22px}.compare .number{white-space:normal}
        }
        @media print{
        :root{--paper:#fff;--card:#fff;--ink:#000;--quiet:#444;--line:#ccc}
        body{max-width:none;padding:0;font-size:10.5pt}.card,figure,tr{break-inside:avoid}h2,h3,h4{break-after:avoid}.table{overflow:visible}table{font-size:9pt}.scroll table{font-size:7.5pt}.scroll th,.scroll td{padding-right:6px}.scroll th{white-space:normal}.scroll .label{font-size:6pt;line-height:1.5;padding:0 3px}
        .dense table{font-size:6pt}.dense th,.dense td{padding:3px 4px 3px 0}.dense th{overflow-wrap:anywhere}.dense thead .label{font-size:4.5pt;padding:0 1px;width:auto;white-space:normal;text-align:center}.stack td.n{white-space:normal}.stack th,.stack td{padding-right:8px}.compare table{font-size:9.5pt}
        rect,span.swatch{-webkit-print-color-adjust:exact;print-color-adjust:exact}
        }

        """;
}
