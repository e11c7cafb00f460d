namespace Dormouse.Instances.Images;

/// <summary>
/// Lays out the root file system of an image in a folder of its own. Files are copied with plain modes (0755 for programs and
/// folders, 0644 otherwise) and without times or owners, so that equal parts give an equal digest on every machine.
/// </summary>
internal sealed class RootBuilder(string root)
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public const UnixFileMode FileMode = Readable | UnixFileMode.UserWrite;
    public const UnixFileMode ProgramMode = FileMode | Executable;

    /// <summary>The real files that were copied, by the path inside the image.</summary>
    private readonly Dictionary<string, string> sources = [];

    public string Root { get; } = root;

    public IReadOnlyDictionary<string, string> Sources => sources;

    public bool Has(string path) => File.Exists(Root + path);

    /// <summary>Since Debian merged <c>/usr</c>, programs and libraries have two paths; files lie at the one under <c>/usr</c>.</summary>
    public static string Merged(string path) =>
        path.StartsWith("/bin/", StringComparison.Ordinal)
        || path.StartsWith("/sbin/", StringComparison.Ordinal)
        || path.StartsWith("/lib/", StringComparison.Ordinal)
        || path.StartsWith("/lib64/", StringComparison.Ordinal)
            ? "/usr" + path
            : path;

    public void AddFile(string path, string sourceFile)
    {
        string target = Prepare(path);
        File.Copy(sourceFile, target, overwrite: true);
        File.SetUnixFileMode(target, (File.GetUnixFileMode(sourceFile) & UnixFileMode.UserExecute) != 0 ? ProgramMode : FileMode);
        sources[Merged(path)] = sourceFile;
    }

    /// <summary>Copies the files of a folder of the tree whose path passes <paramref name="wanted"/>; links become copies.</summary>
    public void AddFolder(SourceTree tree, string path, Func<string, bool> wanted) => AddFolder(tree, path, path, wanted);

    public void AddFolder(SourceTree tree, string path, string target, Func<string, bool> wanted)
    {
        string folder = tree.FindFolder(path) ?? throw new DirectoryNotFoundException($"'{path}' is not in '{tree.Root}'.");
        foreach (FileSystemInfo entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            string child = path + "/" + entry.Name;
            if (!wanted(child))
            {
                continue;
            }
            if (entry is DirectoryInfo && entry.LinkTarget is null)
            {
                AddFolder(tree, child, target + "/" + entry.Name, wanted);
            }
            else if (tree.FindFile(child) is { } file)
            {
                AddFile(target + "/" + entry.Name, file);
            }
        }
    }

    public void AddText(string path, string text)
    {
        string target = Prepare(path);
        File.WriteAllText(target, text);
        File.SetUnixFileMode(target, FileMode);
    }

    public void AddLink(string path, string target) => File.CreateSymbolicLink(Prepare(path), target);

    public void AddEmptyFolder(string path) => Directory.CreateDirectory(Root + path, ProgramMode);

    /// <summary>Gives every folder its mode, whatever the umask was.</summary>
    public void Seal()
    {
        var withoutLinks = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (string folder in Directory.EnumerateDirectories(Root, "*", withoutLinks).Append(Root))
        {
            File.SetUnixFileMode(folder, ProgramMode);
        }
    }

    private string Prepare(string path)
    {
        string target = Root + Merged(path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!, ProgramMode);
        return target;
    }
}
