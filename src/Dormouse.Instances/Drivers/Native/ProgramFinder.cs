namespace Dormouse.Instances.Drivers.Native;

/// <summary>Finds programs of the host where distributions put them; the platform's own PATH may be anything.</summary>
internal static class ProgramFinder
{
    private static readonly string[] Folders = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];

    public static string? Find(string name) => Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
