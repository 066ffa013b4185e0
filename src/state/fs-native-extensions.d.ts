/** The part of the package that flowrun uses; it ships no types of its own. */
declare module "fs-native-extensions" {
  const extensions: {
    /** Takes the kernel's exclusive lock on an open file, or says `false` when another process holds it. */
    tryLock(fd: number): boolean;
  };
  export default extensions;
}
