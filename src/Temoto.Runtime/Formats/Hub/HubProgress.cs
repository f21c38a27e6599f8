namespace Temoto.Formats.Hub;

/// <summary>How far a download is.</summary>
/// <param name="File">The file that is being fetched or checked.</param>
/// <param name="DoneBytes">Of all files together; goes back when a server makes a file start again.</param>
internal readonly record struct HubProgress(string File, long FileDoneBytes, long FileTotalBytes, long DoneBytes, long TotalBytes);
