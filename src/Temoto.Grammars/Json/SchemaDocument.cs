using System.Globalization;
using System.Text.Json;

namespace Temoto.Grammars.Json;

/// <summary>The schemas of a document, and what references in them lead to. Nothing outside the document is read.</summary>
internal sealed class SchemaDocument
{
    /// <summary>Levels of JSON within each other.</summary>
    private const int MostDepth = 256;

    /// <summary>Whose references are followed though other keywords stand beside them.</summary>
    private static readonly string[] DraftsWithLoneReferences = ["draft-03", "draft-04", "draft-05", "draft-06", "draft-07"];

    private static readonly string[] BeforeSix = ["draft-03", "draft-04"], BeforeSeven = [.. BeforeSix, "draft-05", "draft-06"], BeforeEight = [.. BeforeSeven, "draft-07"];

    /// <summary>Keywords that say nothing in the drafts before them.</summary>
    private static readonly (string Keyword, string[] UnknownTo)[] Later =
    [
        ("const", BeforeSix), ("contains", BeforeSix), ("propertyNames", BeforeSix), ("if", BeforeSeven),
        ("dependentRequired", BeforeEight), ("dependentSchemas", BeforeEight), ("unevaluatedProperties", BeforeEight), ("unevaluatedItems", BeforeEight),
        ("$recursiveRef", BeforeEight), ("$dynamicRef", [.. BeforeEight, "2019-09"]), ("prefixItems", [.. BeforeEight, "2019-09"]), ("minContains", BeforeEight), ("maxContains", BeforeEight),
    ];

    private readonly HashSet<string> unknown;
    private readonly Dictionary<string, SchemaNode> nodes = [];

    /// <summary>By URI without a fragment: pointers to the schemas that name themselves.</summary>
    private readonly Dictionary<string, string> resources = [];

    /// <summary>By URI with the anchor as its fragment.</summary>
    private readonly Dictionary<string, string> anchors = [];
    private readonly Dictionary<string, string> resourceAt = [];

    /// <summary>How many schemas a dynamic reference may lead to, by its fragment.</summary>
    private readonly Dictionary<string, int> dynamicTargets = [];
    private readonly JsonElement root;
    private readonly Dictionary<string, SchemaNode> made = [];

    public SchemaDocument(JsonElement root)
    {
        this.root = root;
        var dialect = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("$schema", out var schema) && schema.ValueKind == JsonValueKind.String ? schema.GetString()! : "";
        ReferencesStandAlone = DraftsWithLoneReferences.Any(draft => dialect.Contains(draft, StringComparison.Ordinal));
        WholeNumbersHaveNoPoint = dialect.Contains("draft-03", StringComparison.Ordinal) || dialect.Contains("draft-04", StringComparison.Ordinal);
        unknown = [.. Later.Where(keyword => dialect.Length > 0 && Array.Exists(keyword.UnknownTo, draft => dialect.Contains(draft, StringComparison.Ordinal))).Select(keyword => keyword.Keyword)];
        resources[""] = "";
        Register(root, "", "", isMap: false);
        True = Add("true");
        False = Add("false");
        Root = At("", root);
    }

    public SchemaNode Root { get; }

    public SchemaNode True { get; }

    public SchemaNode False { get; }

    /// <summary>Up to draft 7, what stands beside a $ref says nothing.</summary>
    public bool ReferencesStandAlone { get; }

    /// <summary>Up to draft 4, 1.0 is no whole number.</summary>
    public bool WholeNumbersHaveNoPoint { get; }

    /// <exception cref="GrammarException">It is no JSON.</exception>
    public static SchemaDocument Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MostDepth, AllowDuplicateProperties = false });
            return new SchemaDocument(document.RootElement.Clone());
        }
        catch (JsonException error)
        {
            throw new GrammarException("schema", "no JSON: " + error.Message, "a JSON schema", "mend the schema");
        }
    }

    /// <summary>The schema that is a member of another.</summary>
    public SchemaNode Child(SchemaNode parent, string key, JsonElement element) => At($"{parent.Pointer}/{Escaped(key)}", element, parent.Resource);

    public SchemaNode Child(SchemaNode parent, string key, string name, JsonElement element) => At($"{parent.Pointer}/{key}/{Escaped(name)}", element, parent.Resource);

    /// <summary>The schemas of an array.</summary>
    public IReadOnlyList<SchemaNode> Children(SchemaNode parent, string key, JsonElement array)
    {
        if (array.ValueKind != JsonValueKind.Array)
            throw parent.Wrong(key, Shown(array), "an array of schemas");
        return [.. array.EnumerateArray().Select((element, i) => At(string.Create(CultureInfo.InvariantCulture, $"{parent.Pointer}/{key}/{i}"), element, parent.Resource))];
    }

    /// <summary>That a value is of each schema of an array, or of none.</summary>
    public IEnumerable<Claim> Claims(SchemaNode parent, string key, JsonElement array, bool hold) => Children(parent, key, array).Select(child => new Claim(child, hold));

    /// <summary>A schema that stands nowhere in the document; the same text is the same schema.</summary>
    public SchemaNode Add(string json)
    {
        if (made.TryGetValue(json, out var node))
            return node;
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 * MostDepth });
        made.Add(json, node = At(string.Create(CultureInfo.InvariantCulture, $"(made {made.Count})"), document.RootElement.Clone()));
        return node;
    }

    /// <summary>What a reference leads to.</summary>
    public SchemaNode Resolve(SchemaNode from, string key, JsonElement reference)
    {
        if (reference.ValueKind != JsonValueKind.String)
            throw from.Wrong(key, Shown(reference), "a reference as a string");
        var text = reference.GetString()!;
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        // Where it leads depends on how it was come to.
        if (key is "$dynamicRef" or "$recursiveRef" && hash >= 0 && dynamicTargets.GetValueOrDefault(text[hash..]) > 1)
            throw from.Refused(key, "with several targets");
        var (uri, fragment) = hash < 0 ? (text, "") : (text[..hash], Uri.UnescapeDataString(text[(hash + 1)..]));
        var resource = uri.Length == 0 ? from.Resource : Absolute(from.Resource, uri);
        if (!resources.TryGetValue(resource, out var pointer))
            throw from.Wrong(key, $"'{text}', which is in another document", "a reference within the schema", "copy what it names into $defs");
        if (fragment.Length > 0 && fragment[0] != '/')
            pointer = anchors.TryGetValue($"{resource}#{fragment}", out var anchored) ? anchored : throw from.Wrong(key, $"'{text}', an anchor that is not there", "a reference to a schema of the document");
        else
            pointer += fragment;
        if (ElementAt(pointer) is not { } element)
            throw from.Wrong(key, $"'{text}', which leads nowhere", "a reference to a schema of the document");
        return At(pointer, element, resource);
    }

    public static string Shown(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ => element.GetRawText() is { Length: <= 64 } text ? text : "a long value",
    };

    private SchemaNode At(string pointer, JsonElement element, string resource = "")
    {
        if (nodes.TryGetValue(pointer, out var node))
            return node;
        if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))
            throw new GrammarException($"schema #{pointer}", Shown(element), "a schema: an object, true or false", "mend the schema");
        node = new SchemaNode(nodes.Count, pointer, resourceAt.GetValueOrDefault(pointer, resource), element, pointer.StartsWith('(') ? [] : unknown);
        nodes.Add(pointer, node);
        return node;
    }

    /// <summary>Finds the schemas that name themselves.</summary>
    /// <param name="isMap">Its members are schemas by names of others' choice, not keywords.</param>
    private void Register(JsonElement element, string pointer, string resource, bool isMap)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            var i = 0;
            foreach (var item in element.EnumerateArray())
            {
                if (item.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                    Register(item, string.Create(CultureInfo.InvariantCulture, $"{pointer}/{i}"), resource, isMap: false);
                i++;
            }
        }
        if (element.ValueKind != JsonValueKind.Object)
            return;
        resource = Named(element, pointer, resource);
        foreach (var member in element.EnumerateObject())
        {
            if (member.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array && (isMap || member.Name is not ("enum" or "const" or "default" or "examples")))
                Register(member.Value, $"{pointer}/{Escaped(member.Name)}", resource, !isMap && member.Name is "properties" or "patternProperties" or "$defs" or "definitions" or "dependentSchemas");
        }
    }

    private string Named(JsonElement element, string pointer, string resource)
    {
        var isReference = ReferencesStandAlone && element.TryGetProperty("$ref", out _);
        foreach (var key in new[] { "$id", "id" })
        {
            if (isReference || !element.TryGetProperty(key, out var id) || id.ValueKind != JsonValueKind.String || (key == "id" && !ReferencesStandAlone))
                continue;
            var text = id.GetString()!;
            var hash = text.IndexOf('#', StringComparison.Ordinal);
            var uri = hash < 0 ? text : text[..hash];
            if (uri.Length > 0)
            {
                resource = Absolute(resource, uri);
                resources.TryAdd(resource, pointer);
                resourceAt[pointer] = resource;
                if (pointer.Length == 0)
                    resources[""] = "";
            }
            if (hash >= 0 && hash + 1 < text.Length)
                anchors.TryAdd($"{resource}#{text[(hash + 1)..]}", pointer);
        }
        if (element.TryGetProperty("$recursiveAnchor", out var recursive) && recursive.ValueKind == JsonValueKind.True)
            dynamicTargets["#"] = dynamicTargets.GetValueOrDefault("#") + 1;
        if (element.TryGetProperty("$dynamicAnchor", out var target) && target.ValueKind == JsonValueKind.String)
            dynamicTargets["#" + target.GetString()] = dynamicTargets.GetValueOrDefault("#" + target.GetString()) + 1;
        foreach (var key in new[] { "$anchor", "$dynamicAnchor" })
        {
            if (element.TryGetProperty(key, out var anchor) && anchor.ValueKind == JsonValueKind.String)
                anchors.TryAdd($"{resource}#{anchor.GetString()}", pointer);
        }
        return resource;
    }

    private static string Absolute(string resource, string reference)
    {
        if (Uri.TryCreate(resource, UriKind.Absolute, out var from) && Uri.TryCreate(from, reference, out var absolute))
            return absolute.AbsoluteUri;
        return Uri.TryCreate(reference, UriKind.Absolute, out var own) ? own.AbsoluteUri : reference;
    }

    private JsonElement? ElementAt(string pointer)
    {
        var element = root;
        foreach (var part in pointer.Split('/').Skip(1))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member))
                element = member;
            else if (element.ValueKind == JsonValueKind.Array && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < element.GetArrayLength())
                element = element[index];
            else
                return null;
        }
        return element;
    }

    private static string Escaped(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
