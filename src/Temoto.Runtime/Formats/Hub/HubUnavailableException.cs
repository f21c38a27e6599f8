namespace Temoto.Formats.Hub;

/// <summary>The hub could not be reached or kept failing: the work failed though the input was good. What was fetched stays for the next try.</summary>
internal sealed class HubUnavailableException(string message, Exception? inner = null) : IOException(message, inner);
