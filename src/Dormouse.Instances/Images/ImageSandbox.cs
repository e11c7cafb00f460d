using Dormouse.Instances.Host;

namespace Dormouse.Instances.Images;

/// <summary>
/// The command line that runs a program of an image for the platform's own purposes (making a template, dumps): bubblewrap with the
/// image as <c>/</c>, own namespaces, no network. As root the program runs as another user, since PostgreSQL refuses root.
/// </summary>
internal sealed record ImageSandbox(PostgresImage Image)
{
    /// <summary>Folders and files of the host by where they appear inside; all may be written.</summary>
    public IReadOnlyDictionary<string, string> Mounts { get; init; } = new Dictionary<string, string>();

    /// <summary>The host's user that the program runs as; null: who we are. Needs root.</summary>
    public int? User { get; init; }

    /// <summary>Whether the program finds a shell; initdb does not work without.</summary>
    public bool HasShell { get; init; }

    /// <summary>Whether the program is killed when the process that started it ends.</summary>
    public bool DiesWithParent { get; init; }

    public HostCommand Command(string program, params IEnumerable<string> arguments)
    {
        string shell = Image.InitdbExtraPath + PostgresImage.ShellPath;
        var doorway = new Doorway([Image.RootPath, shell, .. Mounts.Values], User);
        List<string> words = [.. doorway.Prefix()];
        if (User is { } user)
        {
            words.AddRange(["setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups"]);
        }
        words.AddRange(["bwrap", "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts", "--new-session"]);
        words.AddRange(["--uid", $"{PostgresImage.InsideUid}", "--gid", $"{PostgresImage.InsideUid}"]);
        words.AddRange(["--ro-bind", doorway.Map(Image.RootPath), "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]);
        foreach ((string inside, string path) in Mounts)
        {
            words.AddRange(["--bind", doorway.Map(path), inside]);
        }
        if (HasShell)
        {
            words.AddRange(["--ro-bind", doorway.Map(shell), PostgresImage.ShellPath]);
        }
        if (DiesWithParent)
        {
            words.Add("--die-with-parent");
        }
        words.AddRange(["--clearenv", "--setenv", "PATH", $"{Image.BinPath}:/usr/bin", "--setenv", "LC_ALL", "C", "--chdir", "/"]);
        words.AddRange(["--", $"{Image.BinPath}/{program}", .. arguments]);
        return new HostCommand(words[0], words[1..]);
    }
}
