namespace Dormouse.Background;

/// <summary>How this program is started once more.</summary>
internal static class OwnProgram
{
    /// <summary>Its words, with full paths: itself, or the runtime and its assembly.</summary>
    public static IReadOnlyList<string> Words { get; } =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [Environment.ProcessPath!, typeof(OwnProgram).Assembly.Location]
            : [Environment.ProcessPath!];
}
