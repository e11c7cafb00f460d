namespace Dormouse.Instances.Images;

/// <summary>What every image has beside PostgreSQL, whatever its source: links, the two users, and places to mount on.</summary>
internal static class RootLayout
{
    public static void AddBasics(RootBuilder builder)
    {
        foreach (string name in (string[])["bin", "sbin", "lib", "lib64"])
        {
            builder.AddEmptyFolder("/usr/" + name);
            builder.AddLink("/" + name, "usr/" + name);
        }
        builder.AddText(
            "/etc/passwd",
            $"root:x:0:0:root:/:/nonexistent\npostgres:x:{PostgresImage.InsideUid}:{PostgresImage.InsideUid}:PostgreSQL:/:/nonexistent\n"
        );
        builder.AddText("/etc/group", $"root:x:0:\npostgres:x:{PostgresImage.InsideUid}:\n");
        // An empty file where initdb's shell is mounted; it cannot be run, so an instance has no shell.
        builder.AddText(PostgresImage.ShellPath, "");
        foreach (
            string folder in (string[])
                ["/dev", "/proc", "/tmp", "/run", PostgresImage.DataMount, PostgresImage.SocketMount, PostgresImage.ConfigMount]
        )
        {
            builder.AddEmptyFolder(folder);
        }
    }
}
