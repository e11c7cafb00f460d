namespace Dormouse.Tests.Tidy;

internal static class RepositoryRoot
{
    public static readonly string Path = Find();

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder, "Dormouse.slnx")))
        {
            folder = System.IO.Path.GetDirectoryName(folder);
        }
        return folder ?? throw new InvalidOperationException("Dormouse.slnx is in no folder above the tests.");
    }
}
