using Dormouse.Instances.Drivers.Native;

namespace Dormouse.Instances.Lifecycle;

/// <summary>Replaces small files so that after a crash the old or the new content is there, whole.</summary>
internal static class DurableFile
{
    /// <param name="path">The file.</param>
    /// <param name="content">All of it.</param>
    /// <param name="flushFolder">False: the caller does so, once for several files. Until then an older content may come back, or no file.</param>
    public static void Replace(string path, ReadOnlySpan<byte> content, bool flushFolder = true)
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
        if (!flushFolder)
        {
            return;
        }
        using var folder = new DescriptorHandle(Path.GetDirectoryName(path)!, Libc.OReadOnly);
        Libc.Check(Libc.Fsync(folder.Fd), $"fsync of the folder of {path}");
    }
}
