namespace Dormouse.Testing;

/// <summary>Where the repository and its build output lie.</summary>
public static class Checkout
{
    /// <summary>The folder that holds <c>Dormouse.slnx</c>.</summary>
    public static readonly string Root = FindRoot();

    /// <summary>What builds, tests and benches leave behind; not in git.</summary>
    public static string Artifacts => Path.Combine(Root, "artifacts");

    /// <summary>The product as built beside the running tests, in the same configuration.</summary>
    public static string ProductAssembly
    {
        get
        {
            string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
            return Path.Combine(Artifacts, "bin", "Dormouse", configuration, "Dormouse.dll");
        }
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Dormouse.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }
        return folder ?? throw new InvalidOperationException("Dormouse.slnx is in no folder above this program.");
    }
}
