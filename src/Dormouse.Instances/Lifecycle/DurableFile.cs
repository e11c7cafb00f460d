using Dormouse.Instances.Drivers.Native;

namespace Dormouse.Instances.Lifecycle;

/// <summary>Replaces small files so that after a crash the old or the new content is there, whole.</summary>
internal static class DurableFile
{
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        string temporary = path + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            BufferSize = 0,
        };
        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
        using var folder = new DescriptorHandle(Path.GetDirectoryName(path)!, Libc.OReadOnly);
        Libc.Check(Libc.Fsync(folder.Fd), $"fsync of the folder of {path}");
    }
}
