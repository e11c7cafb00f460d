using Dormouse.Instances.Drivers.Native;

namespace Dormouse.Instances.Drivers.Process;

/// <summary>
/// The file that takes an instance's standard output and error. PostgreSQL appends to it without the platform's help, so that it can
/// outlive the platform; the platform cuts it when it has grown.
/// </summary>
internal static class BoundedLog
{
    // Some thousand start-up messages: enough to see what happened last. Half of it is kept when it is cut.
    public const int BytesMax = 256 * 1024;
    private const int TailBytesMax = 4096;

    public static DescriptorHandle Open(string path) =>
        new(
            path,
            Libc.OWriteOnly | Libc.OAppend | Libc.OCreate,
            0x180 /* 0600 */
        );

    /// <summary>Keeps the latter half of a file that is too long. The writer appends, so it goes on at the new end.</summary>
    public static void Trim(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length <= BytesMax)
        {
            return;
        }
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var kept = new byte[BytesMax / 2];
        stream.Seek(-kept.Length, SeekOrigin.End);
        int read = stream.ReadAtLeast(kept, kept.Length, throwOnEndOfStream: false);
        stream.SetLength(0);
        stream.Position = 0;
        stream.Write(kept.AsSpan(0, read));
    }

    /// <summary>The last line that says why PostgreSQL or the sandbox ended, or the last line; null where there is none.</summary>
    public static string? Reason(string path, long fromOffset)
    {
        if (!File.Exists(path))
        {
            return null;
        }
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(Math.Clamp(fromOffset, Math.Max(0, stream.Length - TailBytesMax), stream.Length), SeekOrigin.Begin);
        using var reader = new StreamReader(stream);
        string[] lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string? line = lines.LastOrDefault(IsReason) ?? lines.LastOrDefault();
        int start = line is null
            ? -1
            : Math.Max(line.IndexOf("FATAL:", StringComparison.Ordinal), line.IndexOf("PANIC:", StringComparison.Ordinal));
        return start > 0 ? line![start..] : line;
    }

    private static bool IsReason(string line) =>
        line.Contains("FATAL:", StringComparison.Ordinal)
        || line.Contains("PANIC:", StringComparison.Ordinal)
        || line.StartsWith("bwrap:", StringComparison.Ordinal)
        || line.StartsWith("setpriv:", StringComparison.Ordinal);
}
