namespace Dormouse.Instances.Images;

/// <summary>
/// A file tree that files of an image are taken from, seen as if it were <c>/</c>: absolute links inside it stay inside it.
/// </summary>
internal sealed class SourceTree(string root)
{
    private const int LinksMax = 40;

    public string Root { get; } = root == "/" ? "" : root.TrimEnd('/');

    /// <summary>The real file behind a path of the tree, all links followed; null if there is none.</summary>
    public string? FindFile(string path) => Resolve(path) is { } real && File.Exists(Root + real) ? Root + real : null;

    public string? FindFolder(string path) => Resolve(path) is { } real && Directory.Exists(Root + real) ? Root + real : null;

    private string? Resolve(string path)
    {
        var pending = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        string resolved = "";
        int links = 0;
        while (pending.TryPop(out string? part))
        {
            if (part is ".")
            {
                continue;
            }
            if (part is "..")
            {
                resolved = resolved[..Math.Max(0, resolved.LastIndexOf('/'))];
                continue;
            }
            string next = resolved + "/" + part;
            string? target = new FileInfo(Root + next).LinkTarget;
            if (target is null)
            {
                resolved = next;
                continue;
            }
            if (++links > LinksMax)
            {
                return null;
            }
            if (target.StartsWith('/'))
            {
                resolved = "";
            }
            foreach (string step in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                pending.Push(step);
            }
        }
        return resolved;
    }
}
