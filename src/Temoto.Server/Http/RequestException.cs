namespace Temoto.Server.Http;

/// <summary>Why a request is not answered: what every API tells in a shape of its own.</summary>
/// <param name="status">HTTP's.</param>
/// <param name="message">One line: found, expected, what to do.</param>
/// <param name="code">OpenAI's word for it, where it has one.</param>
/// <param name="param">The field of the request at fault.</param>
/// <param name="retryAfterSeconds">When it is worth another try.</param>
internal sealed class RequestException(int status, string message, string? code = null, string? param = null, int? retryAfterSeconds = null) : Exception(message)
{
    public int Status => status;

    public string? Code => code;

    public string? Field => param;

    public int? RetryAfterSeconds => retryAfterSeconds;

    /// <summary>A field whose value cannot be used.</summary>
    public static RequestException Bad(string field, string found, string expected, string next) =>
        new(400, new InputException(field, null, found, expected, next).Message, "invalid_value", field);

    /// <summary>A field that is known, with a value that this server does not do.</summary>
    public static RequestException Unsupported(string field, string found, string expected, string next) =>
        new(400, new InputException(field, null, found, expected, next).Message, "unsupported_value", field);

    public static RequestException Loading() => new(503, "the model is being loaded; try again in a moment", "model_loading", retryAfterSeconds: 1);

    public static RequestException GoingDown() => new(503, "the server is going down and takes nothing new on", "server_stopping", retryAfterSeconds: 10);

    public static RequestException Full(int waiting, int most, int retryAfterSeconds) =>
        new(429, $"the queue is full: {waiting} texts wait, of at most {most}; try again in {retryAfterSeconds} s", "rate_limit_exceeded", retryAfterSeconds: retryAfterSeconds);

    public static RequestException TooLong(TimeSpan most) =>
        new(504, $"the request took longer than the {most.TotalSeconds:0} s it may take; ask for fewer tokens, or raise --time-limit", "timeout");

    /// <param name="known">The names that there are.</param>
    public static RequestException NoModel(string name, IReadOnlyList<string> known) =>
        new(404, $"The model '{name}' does not exist here; this server has {string.Join(", ", known.Select(one => $"'{one}'"))}", "model_not_found", "model");

    public static RequestException NotLoaded(string name) => new(503, $"the model '{name}' is not loaded now; a request to it loads it", "model_not_loaded");

    public static RequestException LoadFailed(string name) => new(500, $"the model '{name}' cannot be loaded; the server's log says why", "server_error");

    public static RequestException ContextExceeded(int context, int tokens) => new(
        400,
        $"This model's maximum context length is {context} tokens. However, your messages resulted in {tokens} tokens. Please reduce the length of the messages.",
        "context_length_exceeded",
        "messages");
}
