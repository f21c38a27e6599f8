// Prints src/Temoto.Runtime/Generation/Tokenizers/Unicode/ScriptData.cs from Node's scripts of the code points that Python's Unicode data has, which is not as new:
// node script_data.mjs > ScriptData.cs
import { execFileSync } from "node:child_process";

const [version, assigned] = JSON.parse(execFileSync("python3", ["-c", `
import json, sys, unicodedata
print(json.dumps([unicodedata.unidata_version, "".join("01"[unicodedata.category(chr(point)) != "Cn"] for point in range(sys.maxunicode + 1))]))`], { maxBuffer: 1 << 24 }).toString());
const names = `Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian
Caucasian_Albanian Chakma Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic
Georgian Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inherited Inscriptional_Pahlavi
Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar
Malayalam Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar Nabataean Nandinagari
New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Oriya Osage
Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian Sora_Sompeng Soyombo Sundanese
Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho Warang_Citi Yezidi Yi
Zanabazar_Square`.split(/\s+/);
const tests = names.map(name => new RegExp(`^\\p{Script=${name}}$`, "u"));
const ranges = [];
let script = -1;
for (let point = 0; point <= 0x10FFFF; point++) {
  const text = String.fromCodePoint(point);
  const surrogate = point >= 0xD800 && point <= 0xDFFF || assigned[point] === "0";
  if (surrogate || script < 0 || !tests[script].test(text)) script = surrogate ? -1 : tests.findIndex(test => test.test(text));
  if (script < 0) continue;
  const last = ranges.at(-1);
  if (last && last[1] === point - 1 && last[2] === script) last[1] = point;
  else ranges.push([point, point, script]);
}
const rows = ranges.map(row => row.map(value => value > 9 ? `0x${value.toString(16).toUpperCase()}` : `${value}`).join(", "));
const lines = [];
for (let i = 0; i < rows.length; i += 6) lines.push("        " + rows.slice(i, i + 6).join(", ") + ",");
const quoted = [];
for (let i = 0; i < names.length; i += 8) quoted.push("        " + names.slice(i, i + 8).map(name => `"${name}"`).join(", ") + ",");
console.log(`namespace Temoto.Generation.Tokenizers.Unicode;

/// <summary>Scripts of Unicode ${version}. Written by tests/oracle/script_data.mjs.</summary>
internal static class ScriptData
{
    /// <summary>Their names; the index of one is its number.</summary>
    public static readonly string[] Names =
    [
${quoted.join("\n")}
    ];

    /// <summary>Rows of first and last code point and the number of their script; sorted.</summary>
    public static ReadOnlySpan<int> Ranges =>
    [
${lines.join("\n")}
    ];
}`);
