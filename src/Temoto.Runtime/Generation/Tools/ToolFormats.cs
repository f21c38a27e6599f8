using System.Text.RegularExpressions;

namespace Temoto.Generation.Tools;

/// <summary>The formats that are known, and which of them a chat template speaks. A template is told by the marks that it writes itself.</summary>
internal static partial class ToolFormats
{
    private const string ObjectOpen = "{\"name\": \"", NamedObjectOpen = "{\"name\": \"{0}\", \"arguments\":", NamedParametersOpen = "{\"name\": \"{0}\", \"parameters\":";

    /// <summary>Hermes, Qwen2.5, Qwen3, SmolLM3, Granite 4 and many others; and what models are told that know no format.</summary>
    public static readonly ToolFormat Hermes = new("hermes")
    {
        Begin = ["<tool_call>"],
        End = "</tool_call>",
        OpenAny = "<tool_call>\n" + ObjectOpen,
        OpenNamed = "<tool_call>\n" + NamedObjectOpen,
        Close = "}\n</tool_call>",
    };

    /// <summary>Qwen3-Coder, Qwen3.5.</summary>
    public static readonly ToolFormat Tagged = new("tagged parameters")
    {
        Begin = ["<tool_call>"],
        End = "</tool_call>",
        ReadWhole = TaggedParameters.Read,
        OpenAny = "<tool_call>\n" + TaggedParameters.Function,
        OpenNamed = "<tool_call>\n" + TaggedParameters.Function + "{0}>\n",
        Close = TaggedParameters.EndFunction + "\n</tool_call>",
        HasJsonArguments = false,
    };

    /// <summary>Llama 3.1, 3.2 and 3.3.</summary>
    public static readonly ToolFormat Llama = new("bare object")
    {
        Begin = ["<|python_tag|>"],
        IsBare = true,
        OnlyKnownNames = true,
        ReadWhole = (text, _) => PythonCalls.Read(text),
        IsPython = true,
        OpenAny = ObjectOpen,
        OpenNamed = NamedParametersOpen,
        Close = "}",
    };

    /// <summary>Mistral 7B v0.3 to Small 3.1.</summary>
    public static readonly ToolFormat MistralList = new("mistral list")
    {
        Begin = ["[TOOL_CALLS]"],
        HasShortIds = true,
        OpenAny = "[TOOL_CALLS] [" + ObjectOpen,
        OpenNamed = "[TOOL_CALLS] [" + NamedObjectOpen,
        Close = "}]",
    };

    /// <summary>Mistral Small 3.2, Ministral 3, Devstral.</summary>
    public static readonly ToolFormat MistralNamed = new("mistral named")
    {
        Begin = ["[TOOL_CALLS]"],
        Inner = ["[ARGS]", "[CALL_ID]"],
        HasShortIds = true,
        ReadHead = MistralHead,
        OpenAny = "[TOOL_CALLS]",
        OpenNamed = "[TOOL_CALLS]{0}[ARGS]",
    };

    /// <summary>Phi-4-mini; Granite 3, which leaves the end out.</summary>
    public static readonly ToolFormat Phi = new("marked list")
    {
        Begin = ["<|tool_call|>"],
        End = "<|/tool_call|>",
        OpenAny = "<|tool_call|>[" + ObjectOpen,
        OpenNamed = "<|tool_call|>[" + NamedObjectOpen,
        Close = "}]<|/tool_call|>",
    };

    /// <summary>DeepSeek R1, V3 and V3.1, and what was distilled from them.</summary>
    public static readonly ToolFormat DeepSeek = new("deepseek")
    {
        Begin = ["<｜tool▁call▁begin｜>"],
        End = "<｜tool▁call▁end｜>",
        Noise = ["<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"],
        Inner = [DeepSeekSeparator],
        ReadHead = DeepSeekHead,
        OpenAny = "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>",
        OpenNamed = "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>{0}\n```json\n",
        Close = "\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    };

    /// <summary>LFM2.</summary>
    public static readonly ToolFormat Python = new("python")
    {
        Begin = ["<|tool_call_start|>"],
        End = "<|tool_call_end|>",
        ReadWhole = (text, _) => PythonCalls.Read(text),
        IsPython = true,
        OpenAny = "<|tool_call_start|>[",
        OpenNamed = "<|tool_call_start|>[{0}(",
        Close = ")]<|tool_call_end|>",
        HasJsonArguments = false,
    };

    /// <summary>FunctionGemma.</summary>
    public static readonly ToolFormat Escaped = new("escaped")
    {
        Begin = ["<start_function_call>"],
        End = "<end_function_call>",
        Inner = [EscapedCalls.Escape],
        ReadWhole = (text, _) => EscapedCalls.Read(text),
        OpenAny = "<start_function_call>call:",
        OpenNamed = "<start_function_call>call:{0}{{",
        Close = "}<end_function_call>",
        HasJsonArguments = false,
    };

    /// <summary>Gemma 2 and 3, whose templates know no tools: what Google's guide asks them for, JSON alone, in a fence, or Python in one.</summary>
    public static readonly ToolFormat Fenced = Llama with
    {
        Name = "fenced",
        Begin = ["```tool_code", "```tool_call", "```json"],
        End = "```",
    };

    private const string DeepSeekSeparator = "<｜tool▁sep｜>";

    /// <summary>The format of a chat template; of one that tells of no tools, the format that messages ask for.</summary>
    public static ToolFormat Of(string template)
    {
        if (!TellsTools(template))
            return Has("<start_of_turn>") ? Fenced : Hermes;
        if (Has("[TOOL_CALLS]"))
            return Has("[ARGS]") ? MistralNamed : MistralList;
        if (Has("<start_function_call>") || Has("<start_function_declaration>"))
            return Escaped;
        if (Has("<|tool_call_start|>") || Has("<|tool_list_start|>"))
            return Python;
        if (Has("<tool_call>"))
            return Has(TaggedParameters.Function) ? Tagged : Hermes;
        if (Has("<｜tool▁call▁begin｜>"))
            return DeepSeek;
        if (Has("<|tool_call|>") || Has("<|tool|>"))
            return Phi;
        return Llama;

        bool Has(string mark) => template.Contains(mark, StringComparison.Ordinal);
    }

    /// <summary>Whether a template tells the model of tools in a format that is known; else messages must.</summary>
    public static bool TellsTools(string template) =>
        template.Contains("tools", StringComparison.Ordinal) && ToolsVariable().IsMatch(template) && (Marks().IsMatch(template) || template.Contains("<|start_header_id|>", StringComparison.Ordinal));

    private static (string Name, string? Id)? MistralHead(string head)
    {
        var parts = head.Split("[ARGS]")[0].Split("[CALL_ID]");
        return ToolDefinition.IsName(parts[0].Trim()) ? (parts[0].Trim(), parts.Length > 1 ? parts[1].Trim() : null) : null;
    }

    private static (string Name, string? Id)? DeepSeekHead(string head)
    {
        var parts = head.Split(DeepSeekSeparator);
        var name = (parts.Length > 1 && parts[0].Trim() == "function" ? parts[1] : parts[0]).Split('\n')[0].Trim();
        return ToolDefinition.IsName(name) ? (name, null) : null;
    }

    [GeneratedRegex(@"\btools\b")]
    private static partial Regex ToolsVariable();

    [GeneratedRegex(@"\[TOOL_CALLS\]|<start_function_|<\|tool_call_start\|>|<\|tool_list_start\|>|<tool_call>|<｜tool▁call▁begin｜>|<\|tool_call\|>|<\|tool\|>|<\|python_tag\|>")]
    private static partial Regex Marks();
}
